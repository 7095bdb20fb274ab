import { type Document, visit } from 'yaml';

type YamlProblem = Document['errors'][number];

/** A YAML error in plain words, with its actual position. */
export interface Explained {
  readonly offset: number;
  readonly length?: number;
  readonly message: string;
  readonly hint?: string;
}

export const knownTags: readonly string[] = ['!vault', '!unsafe', '!cel'];

/** The library's errors in plain words, at most one per line: a single mistake often causes several. */
export function explainYaml(document: Document, text: string): readonly Explained[] {
  const all = [...document.errors, ...document.warnings];
  const tabs = all.filter((p) => p.code === 'TAB_AS_INDENT');
  const begun = new Set(all.filter((p) => p.code === 'BLOCK_AS_IMPLICIT_KEY').map((p) => p.pos[0]));
  const lost = all.find((p) => p.code === 'UNEXPECTED_TOKEN'); // errors after the first are consequences
  const relevant = all.filter(
    (p) =>
      (p.code !== 'MULTILINE_IMPLICIT_KEY' || !begun.has(p.pos[0])) && (p.code !== 'UNEXPECTED_TOKEN' || p === lost),
  );
  const found = (tabs.length > 0 ? tabs : relevant).map((problem) => explain(problem, document, text));
  const lineOf = ({ offset }: Explained): number => text.lastIndexOf('\n', offset - 1);
  return found.filter((one, i) => found.findIndex((other) => lineOf(other) === lineOf(one)) === i);
}

function explain({ code, message, pos: [at, end] }: YamlProblem, document: Document, text: string): Explained {
  const word = firstWord(text, at);
  switch (code) {
    case 'TAB_AS_INDENT':
      return { offset: at, message: 'tabs are not allowed for indentation', hint: 'indent with spaces' };
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        ...lineFrom(text, at),
        message: "this line has no ': ', so YAML continues it on the next line",
        ...forgotten(text, at),
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return message.startsWith('A block sequence')
        ? { offset: at, message: 'a list item is not allowed among the keys of a map', hint: indentation }
        : twoColons(text, at);
    case 'BAD_INDENT':
      return message.startsWith('Flow') ? neverClosed(document, text, at) : misplaced(word);
    case 'MISSING_CHAR':
      if (message.startsWith('Missing closing'))
        return { offset: quoteBefore(document, at), message: 'this quote is not closed' };
      if (message.startsWith('Sequence item')) return misplaced(word);
      if (message.startsWith('Flow')) return neverClosed(document, text, at);
      return { ...lineFrom(text, at), message: "this line has no ': '", ...forgotten(text, at) };
    case 'TAG_RESOLVE_FAILED': {
      const tag =
        /^!\S+/.exec(text.slice(at))?.[0] ??
        text
          .slice(0, at)
          .match(/!\S+\s*$/)?.[0]
          .trim() ??
        '';
      return knownTags.includes(tag)
        ? { offset: at, message: `'${tag}' takes text`, hint: 'quote the value after it' }
        : { offset: at, message: `unknown tag '${tag}'`, hint: `known tags: ${knownTags.join(', ')}` };
    }
    case 'BAD_ALIAS':
    case 'BAD_SCALAR_START':
      return {
        offset: at,
        message: `unquoted text cannot start with '${text[at]}'`,
        hint: `quote it: '${word.text}'`,
      };
    case 'UNEXPECTED_TOKEN':
      return unexpected(text, at, end);
    default:
      return { offset: at, message: plain(message) };
  }
}

const indentation = 'check the indentation of this line and the lines before it';

function misplaced({ offset }: { offset: number }): Explained {
  return { offset, message: 'the indentation of this line matches no line above it', hint: indentation };
}

/** A hint for `tasks` instead of `tasks:`, `hosts:all` instead of `hosts: all`, or block text that is not indented. */
function forgotten(text: string, at: number): { hint?: string } {
  const line = lineFrom(text, at).text;
  const glued = /^([\w-]+):(\S.*)$/.exec(line);
  if (glued) return { hint: `add a space after the colon: ${glued[1]}: ${glued[2]}` };
  const before = text.slice(0, at).trimEnd();
  if (/[|>][+-]?$/.test(before)) return { hint: 'indent the lines of the text more than its key' };
  if (/^[\w-]+$/.test(line)) return { hint: `add a colon: ${line}:` };
  return { hint: 'write a key as name, colon, space' };
}

/** A second `: ` in the line, or a line indented below a complete value. */
function twoColons(text: string, at: number): Explained {
  const line = lineFrom(text, at);
  if (line.text.startsWith('{{'))
    return {
      ...line,
      message: "unquoted text cannot contain ': '",
      hint: "quote a value that starts with an expression: key: '{{ name }}/more'",
    };
  if (/:(\s|$)/.test(line.text))
    return {
      ...line,
      message: "unquoted text cannot contain ': '",
      hint: `quote it: '${line.text.replaceAll("'", "''")}'`,
    };
  const next = firstWord(text, text.indexOf('\n', at) + 1);
  return {
    offset: next.offset,
    message: 'this line is indented more than the line before it, whose value is complete',
    hint: indentation,
  };
}

function neverClosed(document: Document, text: string, at: number): Explained {
  let offset = at;
  visit(document, {
    Collection: (_, node) => {
      const open = node.flow === true && node.range ? unclosed(text, node.range[0], at) : undefined;
      if (open === undefined) return undefined;
      offset = open;
      return visit.BREAK;
    },
  });
  if (offset === at) return { offset, message: "a '[' or '{' is not closed" };
  const bracket = text[offset] === '{' ? '}' : ']';
  return {
    offset,
    message: `this '${text[offset]}' is not closed`,
    hint: / #/.test(lineFrom(text, offset).text)
      ? "'#' after a space starts a comment: quote the text"
      : `close it with '${bracket}'`,
  };
}

/** The innermost unclosed bracket between two offsets, ignoring quotes and comments. */
function unclosed(text: string, from: number, to: number): number | undefined {
  const open: number[] = [];
  for (const { 0: token, index } of text
    .slice(from, to)
    .matchAll(/(?<=[\s[{,:])(?:'[^']*'|"(?:[^"\\]|\\.)*"|#.*)|[[\]{}]/g)) {
    if (token === '[' || token === '{') open.push(from + index);
    else if (token === ']' || token === '}') open.pop();
  }
  return open.at(-1);
}

function unexpected(text: string, at: number, end: number): Explained {
  if (/^[|>]/.test(text.slice(text.lastIndexOf(' ', at) + 1, at + 1)))
    return { offset: at, message: "only + or - is allowed after '|' or '>'", hint: 'start the text on the next line' };
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const before = text.slice(lineStart, at);
  if (/:\s+\{\{/.test(before))
    return {
      ...lineFrom(text, at),
      message: 'unexpected text after the value before it',
      hint: "quote a value that starts with an expression: key: '{{ name }}/more'",
    };
  if (/^[\]}]$/.test(text.slice(at, end))) return { offset: at, message: `'${text[at]}' without an opening bracket` };
  const hint = /["']\s*$/.test(before)
    ? 'the quotes end too early: quote the whole value'
    : /[[{]/.test(text[at]!)
      ? 'quote text that contains brackets'
      : indentation;
  return { ...lineFrom(text, at), message: 'unexpected text after the value before it', hint };
}

/** The start of an unclosed quote, instead of the end of the file. */
function quoteBefore(document: Document, at: number): number {
  let beginning = at;
  visit(document, {
    Scalar: (_, node) => {
      if (node.range?.[1] === at) beginning = node.range[0];
    },
  });
  return beginning;
}

/** The rest of the line, trimmed. */
function lineFrom(text: string, at: number): { offset: number; length: number; text: string } {
  const { offset } = firstWord(text, at);
  const line = text.slice(offset).split('\n')[0]!.trimEnd();
  return { offset, length: line.length, text: line };
}

function firstWord(text: string, at: number): { offset: number; text: string } {
  const offset = at + /^ */.exec(text.slice(at))![0].length;
  return { offset, text: /^\S*?(?=[,}\]]*(\s|$))/.exec(text.slice(offset))?.[0] ?? '' };
}

function plain(message: string): string {
  if (/call stack/.test(message)) return 'lists and maps are nested too deeply';
  const first = message.replace(/ at line \d+, column \d+:?[\s\S]*$/, '').replace(/\.$/, '');
  return first.charAt(0).toLowerCase() + first.slice(1);
}
