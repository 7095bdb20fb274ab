import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { Unreachable } from '../types.ts';

/** The options in arguments for the ssh command that have a meaning here, and warnings about the rest. */
export interface SshArguments {
  readonly settings: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** The options that have a meaning here, in lower case, and the short arguments for some of them. */
export interface KnownOptions {
  readonly names: ReadonlySet<string>;
  readonly byLetter: ReadonlyMap<string, string>;
}

/** Harmless to ignore: each host has one connection anyway, kept alive, and nothing is forwarded that is not used. */
const ignored = new Set([
  'controlmaster',
  'controlpersist',
  'controlpath',
  'serveraliveinterval',
  'serveralivecountmax',
  'tcpkeepalive',
  'loglevel',
  'batchmode',
  'forwardagent',
  'forwardx11',
  'compression',
  'identitiesonly',
]);
const withValue = 'BbcDEeFIiJLlmOopQRSWw';

export function parseSshArguments(
  text: string,
  variable: string,
  host: string,
  { names, byLetter }: KnownOptions,
): SshArguments {
  const settings: Record<string, string> = {};
  const warnings: string[] = [];
  const words = splitWords(text);
  const set = (name: string, value: string, shown: string) => {
    const key = name.toLowerCase();
    if (key === 'proxycommand' && value.toLowerCase() !== 'none') {
      throw new Unreachable(
        `${host}: ${variable} asks for a ProxyCommand, which is not supported`,
        'use a jump host: -o ProxyJump=user@bastion:22',
      );
    }
    // As with ssh, the first value of an option counts.
    if (names.has(key)) settings[key] ??= value;
    else if (!ignored.has(key)) warnings.push(`${variable}: '${shown}' has no effect`);
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const letter = /^-([A-Za-z0-9])/.exec(word)?.[1];
    if (letter === undefined || !withValue.includes(letter)) {
      if (!/^-[CqTxakn4]+$/.test(word)) warnings.push(`${variable}: '${word}' has no effect`);
      continue;
    }
    const value = word.length > 2 ? word.slice(2) : (words.shift() ?? '');
    const shown = `-${letter} ${value}`;
    if (letter === 'o') {
      const [, name = '', optionValue = ''] = /^\s*([^\s=]+)\s*[=\s]\s*"?(.*?)"?\s*$/s.exec(value) ?? [];
      set(name, optionValue, shown);
    } else set(byLetter.get(letter) ?? '', value, shown);
  }
  return { settings, warnings };
}

/** A path of the controller, absolute. */
export function expandHome(path: string): string {
  return resolve(path.replace(/^~(?=\/|$)/, () => homedir()));
}

/** Splits words as a shell does: at blanks, except within quotes and after backslashes. */
function splitWords(text: string): string[] {
  return [...text.matchAll(/(?:[^\s"'\\]|"(?:[^"\\]|\\.)*"|'[^']*'|\\.)+/gs)].map(([word]) =>
    word.replace(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs,
      (_all, double?: string, single?: string, escaped?: string) =>
        double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? '',
    ),
  );
}
