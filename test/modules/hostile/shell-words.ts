/** A word of a shell script. */
export interface Word {
  /** Without its quotes; `$` stands for what the shell puts in. */
  readonly text: string;
  /** What is in no quotes, and may be expanded. The bodies of `$(…)` are read as scripts of their own. */
  readonly bare: string;
}

/** A simple command: its words without assignments and redirections. */
export interface Command {
  readonly assignments: readonly Word[];
  readonly words: readonly Word[];
}

const before = new Set([
  'if',
  'then',
  'else',
  'elif',
  'while',
  'until',
  'do',
  '!',
  '{',
  '}',
  'fi',
  'done',
  'esac',
  'exec',
  'trap',
]);

/**
 * The simple commands of a script as the project writes them: POSIX sh without here-documents and backquotes. Functions are
 * read as commands, `case` as a command whose words are the patterns too.
 */
const library = /\nrefuse\(\) \{[^]*?\ndress\(\) \{[^]*?\n\}\n/;

export function commandsOf(whole: string): readonly Command[] {
  const script = whole.replace(library, '\n');
  const found: Command[] = [];
  let words: Word[] = [];
  let assignments: Word[] = [];
  let depth = 0;
  let pipeline = 0;
  const end = (): void => {
    if (words.length + assignments.length > 0) found.push({ assignments, words });
    [words, assignments] = [[], []];
  };
  for (let at = 0; at < script.length; ) {
    const rest = script.slice(at);
    const operator = /^(?:\\\n|[ \t]+|#[^\n]*|\d*(?:[<>]&?|>>|<&)[ \t]*)/.exec(rest)?.[0];
    if (operator !== undefined && operator !== '') {
      at += operator.length;
      // A redirection's target is never an option.
      if (/[<>]/.test(operator)) at = wordAt(script, at, found).end;
      continue;
    }
    if (/^[;&|\n()]/.test(rest)) {
      const [sign] = rest as unknown as [string];
      if (sign === '(') depth++;
      // The patterns of a `case`, with bars between them.
      if (sign === ')' && depth-- === 0) {
        [words, assignments, depth] = [[], [], 0];
        found.length = Math.min(found.length, pipeline);
      }
      end();
      if (sign !== '|') pipeline = found.length;
      at++;
      continue;
    }
    const { word, end: next } = wordAt(script, at, found);
    at = next;
    if (words.length === 0 && before.has(word.bare) && word.bare === word.text) end();
    else if (words.length === 0 && /^[A-Za-z_]\w*=/.test(rest)) assignments.push(word);
    else words.push(word);
  }
  end();
  return found;
}

/** The word that begins there; scripts in it are added to `found`. */
function wordAt(script: string, from: number, found: Command[]): { word: Word; end: number } {
  let text = '';
  let bare = '';
  let quoted = false;
  let at = from;
  for (; at < script.length; ) {
    const c = script[at]!;
    if (c === '$' && script[at + 1] === '(') {
      const close = closing(script, at + 1);
      if (script[at + 2] !== '(') found.push(...commandsOf(script.slice(at + 2, close)));
      [text, at] = [`${text}$`, close + 1];
    } else if (c === '$' && script[at + 1] === '{') {
      const close = script.indexOf('}', at);
      [text, at] = [`${text}$`, close + 1];
    } else if (c === '"') {
      [quoted, at] = [!quoted, at + 1];
    } else if (quoted && c === '\\') {
      const kept = '$`"\\'.includes(script[at + 1]!) ? '' : '\\';
      [text, at] = [text + kept + script[at + 1]!, at + 2];
    } else if (quoted) {
      [text, at] = [text + c, at + 1];
    } else if (c === "'") {
      const close = script.indexOf("'", at + 1);
      [text, at] = [text + script.slice(at + 1, close), close + 1];
    } else if (c === '\\') {
      [text, at] = [text + script[at + 1]!, at + 2];
    } else if (/[\s;&|()<>]/.test(c)) break;
    else [text, bare, at] = [text + c, bare + c, at + 1];
  }
  return { word: { text, bare }, end: at };
}

/** Where a parenthesis closes, past quotes and others inside. */
function closing(script: string, open: number): number {
  let depth = 0;
  for (let at = open; at < script.length; at++) {
    const c = script[at]!;
    if (c === '\\') at++;
    else if (c === "'") at = script.indexOf("'", at + 1) >>> 0;
    else if (c === '"') at = afterDouble(script, at);
    else if (c === '(') depth++;
    else if (c === ')' && --depth === 0) return at;
  }
  throw new Error(`no ) closes in ${script.slice(open, open + 80)}`);
}

function afterDouble(script: string, open: number): number {
  for (let at = open + 1; at < script.length; at++) {
    if (script[at] === '\\') at++;
    else if (script[at] === '"') return at;
    else if (script[at] === '$' && script[at + 1] === '(') at = closing(script, at + 1);
  }
  throw new Error(`no " closes in ${script.slice(open, open + 80)}`);
}
