import { createContext, Script } from 'node:vm';
import { TaskFailure } from '../../engine/module/failure.ts';

const limitMilliseconds = 1000;
const context = createContext({});
const script = new Script('job()');

/** A regular expression with Python's spellings of named groups, inline flags and ends of text taken as well. Throws SyntaxError. */
export function compile(source: string, flags = ''): RegExp {
  const inline = /^\(\?([ims]+)\)/.exec(source);
  const text = (inline ? source.slice(inline[0].length) : source)
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replace(/\\[AZ]/g, (end) => (end === '\\A' ? '(?<![\\s\\S])' : '(?![\\s\\S])'));
  return new RegExp(text, [...new Set(flags + (inline?.[1] ?? ''))].join(''));
}

/** What is wrong with the patterns among these arguments. */
export function lintPatterns(args: Readonly<Record<string, unknown>>, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const source = args[name];
    if (typeof source !== 'string') return [];
    try {
      compile(source);
      return [];
    } catch (error) {
      return [
        `'${name}' is not a regular expression: ${(error as Error).message.replace(/^Invalid regular expression: /, '')}`,
      ];
    }
  });
}

/** Matching, ended when it takes too long: a host's text must not be able to stop the run with a pattern that backtracks. */
export function bounded<T>(path: string, source: string, job: () => T): T {
  context['job'] = job;
  try {
    return script.runInContext(context, { timeout: limitMilliseconds }) as T;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new TaskFailure(`the pattern takes more than ${limitMilliseconds / 1000} s on ${path}: ${source}`, {
      hint: 'nested repetitions such as (a+)+ can take exponential time: rewrite the pattern without them',
    });
  }
}

/** The replacement text with `\\1`, `\\g<1>` and `\\g<name>` filled in from the match, and \\n, \\t and \\\\ as in Python. */
export function expand(text: string, match: RegExpExecArray): string {
  return text.replace(/\\(?:(\d{1,2})|g<(\w+)>|([nt\\]))/g, (_all, number?: string, name?: string, escape?: string) => {
    if (escape !== undefined) return escape === 'n' ? '\n' : escape === 't' ? '\t' : '\\';
    const group = number ?? name!;
    const value = /^\d+$/.test(group) ? match[Number(group)] : match.groups?.[group];
    return value ?? '';
  });
}
