import { type Program, parse } from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import { Memo } from '../memo.ts';
import { Problem } from '../types.ts';

const programs = new Memo<Program>(4_000_000);

/** Parses a template; throws Problem. */
export function parseHandlebars(text: string): Program {
  return programs.get(text, () => parseNew(text));
}

function parseNew(text: string): Program {
  const jinja = /\{%-?\s*(?:if|for|set|elif|else|end\w+|block|macro|include|raw)\b/.exec(text);
  if (jinja)
    throw new Problem(
      'this is Jinja; templates are Handlebars',
      jinja.index,
      'write {{#if x}}…{{/if}}, {{#each xs as |x|}}…{{/each}}',
    );
  try {
    return parse(text);
  } catch (error) {
    throw explain(text, error as Error & { lineNumber?: number; column?: number });
  }
}

function explain(text: string, error: Error & { lineNumber?: number; column?: number }): Problem {
  if (error.lineNumber !== undefined) {
    const lineStart =
      text
        .split('\n')
        .slice(0, error.lineNumber - 1)
        .join('\n').length + (error.lineNumber > 1 ? 1 : 0);
    const [, opened, closed] = /^(\S+) doesn't match (\S+)/.exec(error.message) ?? [];
    const message =
      opened === undefined
        ? error.message.replace(/ - \d+:\d+$/, '')
        : `the block '${opened}' is closed as '${closed}'`;
    return new Problem(message, lineStart + (error.column ?? 0));
  }
  const offset = stopOffset(text, error.message);
  if (error.message.endsWith("got 'EOF'")) {
    const open = unclosedBlock(text);
    if (open)
      return new Problem(`the block '${open.name}' is never closed`, open.offset, `close it with {{/${open.name}}}`);
  }
  const opening = text.lastIndexOf('{{', Math.max(offset, text.indexOf('{{')));
  const closing = text.indexOf('}}', opening);
  if (closing < 0)
    return new Problem('the expression is never closed', opening, 'close it with }}; write \\{{ for literal braces');
  const close = /^\{\{~?\/([\w-]+)/.exec(text.slice(offset));
  if (close) return new Problem(`'${close[1]}' is closed but was not opened`, offset);
  const rest = text.slice(offset, closing).trim();
  const message =
    rest === ''
      ? 'the expression is not complete'
      : `unexpected '${rest.split(/\s/)[0]!.slice(0, 20)}' in an expression`;
  return new Problem(message, offset, hintFor(text.slice(opening + 2, closing)));
}

/** The parser reports the line and the 20 characters before the place where it stopped; the offset is found from these. */
function stopOffset(text: string, message: string): number {
  const [first, excerpt, caret] = message.split('\n');
  const line = Number(/line (\d+)/.exec(first!)?.[1] ?? 1);
  const before = excerpt!.slice(0, caret!.indexOf('^')).replace(/^\.\.\./, '');
  for (
    let end = text
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length;
    end <= text.length;
    end++
  )
    if (text.slice(0, end).replaceAll('\n', '').slice(-20) === before && !/\s/.test(text[end] ?? '.')) return end;
  return Math.max(0, text.indexOf('{{'));
}

function unclosedBlock(text: string): { name: string; offset: number } | undefined {
  const open: { name: string; offset: number }[] = [];
  for (const tag of text.matchAll(/\{\{~?([#^/])\s*([\w-]+)/g)) {
    if (tag[1] === '/') open.pop();
    else open.push({ name: tag[2]!, offset: tag.index });
  }
  return open.at(-1);
}

const habits: readonly (readonly [RegExp, string])[] = [
  [/^\s*\./, 'write \\{{ for literal braces, or tag the value !unsafe'],
  [/\|/, "filters are helpers here: {{ lower name }}, {{ default name 'x' }}"],
  [/\.\d/, 'write a list position as xs.[0]'],
  [/\w\[/, 'write xs.[0], map.[key-name], or (lookup map key) if the key is in a variable'],
  [/[=!]=|[<>]/, 'compare with helpers: (eq a b), (ne a b), (lt a b), (gt a b)'],
  [/\w\(/, "helper arguments are separated by spaces: {{ join (keys groups) ',' }}"],
  [/[+~*/-]/, 'compute with helpers: {{ add a 1 }}, {{ concat a b }}'],
];

function hintFor(expression: string): string | undefined {
  return habits.find(([pattern]) => pattern.test(expression))?.[1];
}
