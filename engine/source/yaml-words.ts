import { type Document, visit } from 'yaml';

type YamlProblem = Document['errors'][number];

/** What is wrong with YAML, in words, and where a person has to look. */
export interface Explained {
  readonly offset: number;
  readonly length?: number;
  readonly message: string;
  readonly hint?: string;
}

export const knownTags: readonly string[] = ['!vault', '!unsafe', '!cel'];

/** The library's complaints as a person would put them, one for each line: a slip often makes it complain several times. */
export function explainYaml(document: Document, text: string): readonly Explained[] {
  const all = [...document.errors, ...document.warnings];
  const tabs = all.filter((p) => p.code === 'TAB_AS_INDENT');
  const begun = new Set(all.filter((p) => p.code === 'BLOCK_AS_IMPLICIT_KEY').map((p) => p.pos[0]));
  const lost = all.find((p) => p.code === 'UNEXPECTED_TOKEN'); // from there on nothing fits
  const told = all.filter(
    (p) =>
      (p.code !== 'MULTILINE_IMPLICIT_KEY' || !begun.has(p.pos[0])) && (p.code !== 'UNEXPECTED_TOKEN' || p === lost),
  );
  const found = (tabs.length > 0 ? tabs : told).map((problem) => explain(problem, document, text));
  const lineOf = ({ offset }: Explained): number => text.lastIndexOf('\n', offset - 1);
  return found.filter((one, i) => found.findIndex((other) => lineOf(other) === lineOf(one)) === i);
}

function explain({ code, message, pos: [at, end] }: YamlProblem, document: Document, text: string): Explained {
  const word = firstWord(text, at);
  switch (code) {
    case 'TAB_AS_INDENT':
      return { offset: at, message: 'a tab cannot indent', hint: 'indent with spaces' };
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        ...lineFrom(text, at),
        message: "this line has no ': ', so YAML reads on into the next one",
        ...forgotten(text, at),
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return message.startsWith('A block sequence')
        ? { offset: at, message: 'an item of a list cannot stand among the keys of a map', hint: indentation }
        : twoColons(text, at);
    case 'BAD_INDENT':
      return message.startsWith('Flow') ? neverClosed(document, text, at) : misplaced(word);
    case 'MISSING_CHAR':
      if (message.startsWith('Missing closing'))
        return { offset: quoteBefore(document, at), message: 'this quote is never closed' };
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
        ? { offset: at, message: `'${tag}' takes a text`, hint: 'quote what follows it' }
        : { offset: at, message: `nobody knows the tag '${tag}'`, hint: `known tags: ${knownTags.join(', ')}` };
    }
    case 'BAD_ALIAS':
    case 'BAD_SCALAR_START':
      return {
        offset: at,
        message: `a text cannot begin with '${text[at]}' without quotes`,
        hint: `quote it: '${word.text}'`,
      };
    case 'UNEXPECTED_TOKEN':
      return unexpected(text, at, end);
    default:
      return { offset: at, message: plain(message) };
  }
}

const indentation = 'look at the indentation of this line and the ones before';

function misplaced({ offset }: { offset: number }): Explained {
  return { offset, message: 'this line stands at the column of nothing above it', hint: indentation };
}

/** `tasks` for `tasks:`, `hosts:all` for `hosts: all`, a block text that is not indented. */
function forgotten(text: string, at: number): { hint?: string } {
  const line = lineFrom(text, at).text;
  const glued = /^([\w-]+):(\S.*)$/.exec(line);
  if (glued) return { hint: `write a space after the colon: ${glued[1]}: ${glued[2]}` };
  const before = text.slice(0, at).trimEnd();
  if (/[|>][+-]?$/.test(before)) return { hint: 'indent the lines of a text deeper than its key' };
  if (/^[\w-]+$/.test(line)) return { hint: `write a colon: ${line}:` };
  return { hint: 'a key is followed by a colon and a space' };
}

/** A second `: ` in the line, or a line that goes deeper behind a value that is complete. */
function twoColons(text: string, at: number): Explained {
  const line = lineFrom(text, at);
  if (line.text.startsWith('{{'))
    return {
      ...line,
      message: "': ' cannot stand in a text without quotes",
      hint: "quote a value that begins with an expression: key: '{{ name }}/more'",
    };
  if (/:(\s|$)/.test(line.text))
    return {
      ...line,
      message: "': ' cannot stand in a text without quotes",
      hint: `quote it: '${line.text.replaceAll("'", "''")}'`,
    };
  const next = firstWord(text, text.indexOf('\n', at) + 1);
  return {
    offset: next.offset,
    message: 'this line is indented deeper than the one before, whose value is complete',
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
  if (offset === at) return { offset, message: "a '[' or '{' is never closed" };
  const bracket = text[offset] === '{' ? '}' : ']';
  return {
    offset,
    message: `this '${text[offset]}' is never closed`,
    hint: / #/.test(lineFrom(text, offset).text)
      ? "'#' after a space begins a comment: quote the text"
      : `close it with '${bracket}'`,
  };
}

/** The innermost bracket between two places that is not closed; quotes and comments are passed over. */
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
    return { offset: at, message: "only + or - can stand after '|' or '>'", hint: 'the text begins on the next line' };
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const before = text.slice(lineStart, at);
  if (/:\s+\{\{/.test(before))
    return {
      ...lineFrom(text, at),
      message: 'this does not fit what stands before it',
      hint: "quote a value that begins with an expression: key: '{{ name }}/more'",
    };
  if (/^[\]}]$/.test(text.slice(at, end)))
    return { offset: at, message: `nothing is open that '${text[at]}' could close` };
  const hint = /["']\s*$/.test(before)
    ? 'the quotes end before it: quote the whole value'
    : /[[{]/.test(text[at]!)
      ? 'quote a text that holds brackets'
      : indentation;
  return { ...lineFrom(text, at), message: 'this does not fit what stands before it', hint };
}

/** An open quote is found at its beginning, not where the file ends. */
function quoteBefore(document: Document, at: number): number {
  let beginning = at;
  visit(document, {
    Scalar: (_, node) => {
      if (node.range?.[1] === at) beginning = node.range[0];
    },
  });
  return beginning;
}

/** From here to the end of the line, without white space around it. */
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
  if (/call stack/.test(message)) return 'lists and maps are nested too deeply here';
  const first = message.replace(/ at line \d+, column \d+:?[\s\S]*$/, '').replace(/\.$/, '');
  return first.charAt(0).toLowerCase() + first.slice(1);
}
