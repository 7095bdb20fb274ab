import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { type Target, Unreachable } from '../types.ts';

/** What arguments for the ssh command say, as far as it has a meaning here. */
export interface SshArguments {
  readonly settings: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** OpenSSH's option for each short argument that has a meaning here. */
const shortOptions: Readonly<Record<string, string>> = { J: 'proxyjump', i: 'identityfile', p: 'port', l: 'user' };
const honoured = new Set([
  'userknownhostsfile',
  'globalknownhostsfile',
  'stricthostkeychecking',
  'proxyjump',
  'port',
  'user',
  'identityfile',
  'connecttimeout',
]);
/** Of no effect here without loss: there is one connection a host anyway, kept alive, and what is not used is not forwarded. */
const idle = new Set([
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

export function parseSshArguments(text: string, variable: string, host: string): SshArguments {
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
    // As for ssh, the first value of an option holds.
    if (honoured.has(key)) settings[key] ??= value;
    else if (!idle.has(key)) warnings.push(`${variable}: '${shown}' has no effect`);
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
    } else set(shortOptions[letter] ?? '', value, shown);
  }
  return { settings, warnings };
}

export function hostKeyCheckingOf(value: string): Target['hostKeyChecking'] | undefined {
  switch (value.toLowerCase()) {
    case 'yes':
    case 'true':
    case 'ask':
      return 'strict';
    case 'accept-new':
      return 'accept-new';
    case 'no':
    case 'off':
    case 'false':
      return 'off';
    default:
      return undefined;
  }
}

/** A path of the controller, absolute. */
export function expandHome(path: string): string {
  return resolve(path.replace(/^~(?=\/|$)/, () => homedir()));
}

/** Words as a shell would take them: blanks part them, quotes and backslashes hold them together. */
function splitWords(text: string): string[] {
  return [...text.matchAll(/(?:[^\s"'\\]|"(?:[^"\\]|\\.)*"|'[^']*'|\\.)+/gs)].map(([word]) =>
    word.replace(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs,
      (_all, double?: string, single?: string, escaped?: string) =>
        double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? '',
    ),
  );
}
