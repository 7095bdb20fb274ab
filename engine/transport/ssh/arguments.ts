import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { nearest } from '../../source/nearest.ts';
import { Unreachable } from '../types.ts';
import { keywordOf, keywords } from './keywords.ts';

/** What arguments for the ssh command ask for. */
export interface SshArguments {
  /** Options of ssh_config(5) in the order in which they are given: the name in lower case, the value. */
  readonly options: readonly (readonly [name: string, value: string])[];
  /** -F */
  readonly configFile?: string;
}

/** Arguments that are followed by a value, as the option that they set. */
const valued: Readonly<Record<string, string>> = {
  b: 'bindaddress',
  B: 'bindinterface',
  c: 'ciphers',
  D: 'dynamicforward',
  e: 'escapechar',
  I: 'pkcs11provider',
  i: 'identityfile',
  J: 'proxyjump',
  L: 'localforward',
  l: 'user',
  m: 'macs',
  P: 'tag',
  p: 'port',
  R: 'remoteforward',
  S: 'controlpath',
  w: 'tunneldevice',
};

/** Arguments without a value, as the options that they set. */
const flags: Readonly<Record<string, readonly (readonly [name: string, value: string])[]>> = {
  4: [['addressfamily', 'inet']],
  6: [['addressfamily', 'inet6']],
  A: [['forwardagent', 'yes']],
  a: [['forwardagent', 'no']],
  C: [['compression', 'yes']],
  f: [['forkafterauthentication', 'yes']],
  g: [['gatewayports', 'yes']],
  K: [
    ['gssapiauthentication', 'yes'],
    ['gssapidelegatecredentials', 'yes'],
  ],
  k: [['gssapidelegatecredentials', 'no']],
  M: [['controlmaster', 'yes']],
  N: [['sessiontype', 'none']],
  n: [['stdinnull', 'yes']],
  q: [['loglevel', 'quiet']],
  s: [['sessiontype', 'subsystem']],
  T: [['requesttty', 'no']],
  t: [['requesttty', 'yes']],
  v: [['loglevel', 'verbose']],
  X: [['forwardx11', 'yes']],
  x: [['forwardx11', 'no']],
  Y: [['forwardx11', 'yes']],
  y: [],
};

/** Throws Unreachable where something is not an argument that ssh takes for a command on a host. */
export function parseSshArguments(text: string, variable: string, host: string): SshArguments {
  const options: (readonly [string, string])[] = [];
  let configFile: string | undefined;
  const wrong = (what: string, hint?: string) => new Unreachable(`${host}: ${variable}: ${what}`, hint);
  const words = splitWords(text);
  if (words === undefined) throw wrong(`a quote is not closed in ${text}`);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!/^-[A-Za-z0-9]/.test(word))
      throw wrong(`'${word}' is not an option of ssh`, 'write options as -o Name=value, and quote a value with blanks');
    let letters = word.slice(1);
    while (letters !== '') {
      const letter = letters[0]!;
      letters = letters.slice(1);
      const alone = flags[letter];
      if (alone) {
        options.push(...alone);
        continue;
      }
      const takesValue = letter === 'o' || letter === 'F' || Object.hasOwn(valued, letter);
      if (!takesValue) throw wrong(`-${letter} has no use here`, 'remove it');
      const value = letters === '' ? words.shift() : letters;
      letters = '';
      if (value === undefined || value === '') throw wrong(`-${letter} needs a value`);
      if (letter === 'F') configFile ??= value === 'none' ? value : expandHome(value);
      else if (letter === 'o') options.push(optionIn(value, wrong));
      else options.push([valued[letter]!, value]);
    }
  }
  return { options, ...(configFile !== undefined && { configFile }) };
}

function optionIn(text: string, wrong: (what: string, hint?: string) => Error): readonly [string, string] {
  const [, name, value] = /^\s*([A-Za-z][A-Za-z0-9]*)\s*[=\s]\s*"?(.*?)"?\s*$/s.exec(text) ?? [];
  if (name === undefined || value === undefined || value === '')
    throw wrong(`'-o ${text}' is not of the form Name=value`);
  const key = keywordOf(name);
  if (keywords[key]) return [key, value];
  const similar = nearest(key, Object.keys(keywords));
  throw wrong(
    `ssh has no option '${name}'`,
    similar === undefined ? 'see ssh_config(5)' : `did you mean '${similar}'? See ssh_config(5)`,
  );
}

/** A path of the controller, absolute. */
export function expandHome(path: string): string {
  return resolve(path.replace(/^~(?=\/|$)/, () => homedir()));
}

/** Splits words as a shell does: at blanks, except within quotes and after backslashes. Undefined where a quote is open. */
function splitWords(text: string): string[] | undefined {
  const word = /(?:[^\s"'\\]|"(?:[^"\\]|\\.)*"|'[^']*'|\\.)+/gs;
  if (/\S/.test(text.replace(word, ''))) return undefined;
  return [...text.matchAll(word)].map(([found]) =>
    found.replace(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs,
      (_all, double?: string, single?: string, escaped?: string) =>
        double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? '',
    ),
  );
}
