import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readOnce } from '../../source/read-once.ts';
import { type SshSettings, type Target, Unreachable } from '../types.ts';
import { throwIfAborted, untilAborted } from '../waiting.ts';
import { expandHome } from './arguments.ts';
import { hasEffect } from './config-files.ts';
import { forbids, keywords, needsOpenSsh, type Values } from './keywords.ts';
import { optionEntries } from './options.ts';
import { expandTokens } from './tokens.ts';

/** A target completed from the configuration of ssh where the inventory says nothing, and the keys to log in with. */
export interface Completed {
  readonly target: Target;
  readonly keyFiles: readonly string[];
  /** All that ssh says of this host; nothing where it was not asked. */
  readonly settings: Values;
  /** The option that only the system's ssh can honour, in lower case, if there is one. */
  readonly needs?: string;
}

const defaultKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homedir(), '.ssh', name));

/** Throws Unreachable where ssh refuses its configuration. */
export async function completed(target: Target, signal?: AbortSignal): Promise<Completed> {
  const asked = isAsked(target);
  const settings = asked ? await askSsh(target, signal) : undefined;
  const found = complete(target, settings ?? new Map());
  const need =
    found.needs ??
    (target.kind === 'openssh' || (asked && !settings && asksForMore(target)) ? 'this connection' : undefined);
  if (need !== undefined && !isInstalled())
    throw new Unreachable(
      `${target.name}: ${need} needs the system's ssh, and there is none`,
      'install the OpenSSH client on this machine (openssh-client)',
    );
  return found;
}

/** Whether the inventory itself, and not a file that may be there, asks for what only ssh can read. */
function asksForMore({ sshOptions: given = [], sshConfigFile }: Target): boolean {
  return sshConfigFile !== undefined || given.some(([name]) => !isReadHere(name));
}

function isInstalled(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'ssh')));
}

/** Without anything that counts, `ssh -G` (25 ms of CPU a host) could only repeat the defaults. */
function isAsked({ sshOptions: given = [], sshConfigFile }: Target): boolean {
  if (given.some(([name]) => !isReadHere(name))) return true;
  if (sshConfigFile !== undefined) return sshConfigFile !== 'none';
  return hasEffect(userConfig()) || hasEffect('/etc/ssh/ssh_config');
}

const userConfig = (): string => join(homedir(), '.ssh', 'config');

/** Algorithms are given as patterns and as changes of ssh's own lists, which it resolves. */
function isReadHere(name: string): boolean {
  const row = keywords[name];
  return row?.as === 'nothing' || (row?.as === 'setting' && !/algorithms$|^ciphers$|^macs$/.test(name));
}

/** What has been asked, by the arguments of ssh: a host is asked for before the run and when it is connected to. */
const answers = new Map<string, Promise<Values | undefined>>();

/**
 * OpenSSH's own reading of its files and of the arguments, with Include and Match; undefined where ssh is not installed.
 * Throws Unreachable where ssh refuses them.
 */
export async function askSsh(target: Target, signal?: AbortSignal): Promise<Values | undefined> {
  throwIfAborted(signal);
  const words = [...argumentsFor(target), '-G', '--', target.address];
  const key = JSON.stringify([words, homedir()]);
  const known = answers.get(key) ?? ask(words);
  answers.set(key, known);
  known.catch(() => answers.delete(key)); // the file may be mended
  try {
    return await untilAborted(known, signal);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Unreachable(`${target.name}: ssh refuses its configuration: ${error.message}`, 'try it: ssh -G HOST');
  }
}

/** What ssh says about its configuration or its arguments. */
class Refused extends Error {}

async function ask(words: readonly string[]): Promise<Values | undefined> {
  return new Promise((resolve, reject) => {
    execFile('ssh', words, { timeout: 5000 }, (error, stdout, stderr) => {
      if (!error) return resolve(parse(stdout));
      if (error.code === 'ENOENT') return resolve(undefined);
      const said = stderr
        .split('\n')
        .map((line) => line.replace(/^command-line line 0: /, '').trim())
        .filter((line) => line !== '' && !/^terminating|^debug/.test(line));
      reject(new Refused(said[0] ?? (error.killed ? 'no answer within 5 s' : error.message)));
    });
  });
}

/** The arguments for ssh that a target stands for, but for those that one kind of connection adds. */
export function argumentsFor(target: Target): string[] {
  const { sshOptions: given = [], sshConfigFile, unset = [], privateKeyFile } = target;
  const own: [string, string][] = [];
  if (!unset.includes('user')) own.push(['User', target.user]);
  if (!unset.includes('port')) own.push(['Port', String(target.port)]);
  if (privateKeyFile !== undefined) own.push(['IdentityFile', `"${privateKeyFile}"`]);
  const others = given.filter(([name, value]) => name !== 'identityfile' || expandHome(value) !== privateKeyFile);
  return [
    ...(sshConfigFile === undefined ? [] : ['-F', sshConfigFile]),
    ...[...own, ...others].flatMap(([name, value]) => ['-o', `${name}=${value}`]),
  ];
}

function parse(text: string): Values {
  const settings = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    if (space < 0) continue;
    const name = line.slice(0, space).toLowerCase();
    settings.set(name, [...(settings.get(name) ?? []), line.slice(space + 1)]);
  }
  return settings;
}

/** `hostname` always applies: the inventory's address may be an alias of the config. */
export function complete(target: Target, settings: Values): Completed {
  const found: Partial<Record<keyof SshSettings, unknown>> = {};
  for (const [key, { openssh, read, silent, list }] of optionEntries) {
    if (!list && !target.unset?.includes(key)) continue;
    const text = openssh === undefined ? undefined : settings.get(openssh)?.[0];
    const value = text === undefined || silent?.includes(text.toLowerCase()) ? undefined : read(text);
    if (value !== undefined) found[key] = value;
  }
  const forbidden = forbids(settings);
  if (forbidden !== undefined)
    throw new Unreachable(
      `${target.name}: the configuration of ssh sets ${forbidden}: with it ssh runs no command on the host`,
      "set it otherwise for this host, or name another file: ansible_ssh_common_args: '-F FILE'",
    );
  const address = settings.get('hostname')?.[0] ?? target.address;
  return resolvePaths({ ...target, ...(found as Partial<SshSettings>), address }, target.address, settings);
}

/** The paths with their tokens replaced. */
function resolvePaths(target: Target, given: string, settings: Values): Completed {
  const { privateKeyFile, sshOptions = [] } = target;
  const named =
    settings.get('identityfile') ?? sshOptions.flatMap(([n, value]) => (n === 'identityfile' ? [value] : []));
  const others = named.length > 0 || privateKeyFile !== undefined ? named : defaultKeys;
  let needs = needsOpenSsh(withoutDefaults(settings, target));
  const resolved = (option: string, text: string): string | undefined => {
    const path = expandTokens(text, target, given);
    if (path === undefined) needs ??= option;
    return path;
  };
  const files = (option: string, texts: readonly string[]) => texts.flatMap((text) => resolved(option, text) ?? []);
  const keyFiles = files('identityfile', others);
  const key = privateKeyFile === undefined ? undefined : (resolved('identityfile', privateKeyFile) ?? privateKeyFile);
  const { revokedHostKeys: revoked, identityAgent: agent } = target;
  const isPath = agent !== undefined && agent !== 'none' && agent !== 'SSH_AUTH_SOCK' && !/^\$\w+$/.test(agent);
  const completedTarget = {
    ...target,
    ...(key !== undefined && { privateKeyFile: key }),
    knownHostsFiles: files('userknownhostsfile', target.knownHostsFiles),
    ...(isPath && { identityAgent: resolved('identityagent', agent) ?? agent }),
    ...(revoked !== undefined && { revokedHostKeys: resolved('revokedhostkeys', revoked) ?? revoked }),
  };
  return {
    target: completedTarget,
    keyFiles: [...new Set(key === undefined ? keyFiles : [key, ...keyFiles])],
    settings,
    ...(needs !== undefined && { needs }),
  };
}

function textOf(file: string): string {
  try {
    return readOnce(file).toString('utf8');
  } catch {
    return ''; // ssh says what is wrong with it
  }
}

/** Distributions turn Kerberos on for everybody: it counts where it is asked for, or where there is a ticket for it. */
function withoutDefaults(settings: Values, { sshOptions = [], sshConfigFile = userConfig() }: Target): Values {
  if (!settings.has('gssapiauthentication')) return settings;
  const isGiven = sshOptions.some(([name]) => name === 'gssapiauthentication');
  const asks = /^\s*gssapi(authentication|keyexchange)\b/im.test(textOf(sshConfigFile));
  const ticket = process.env['KRB5CCNAME'] !== undefined || existsSync(`/tmp/krb5cc_${process.getuid?.()}`);
  if (isGiven || asks || ticket) return settings;
  return new Map([...settings].filter(([name]) => !name.startsWith('gssapi')));
}
