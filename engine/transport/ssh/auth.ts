import { stat } from 'node:fs/promises';
import ssh2, { type AnyAuthMethod, type AuthenticationType, type ParsedKey } from 'ssh2';
import { expectRegular, readRegular } from '../../source/read-once.ts';
import { problemOf } from '../../source/system-error.ts';
import { type Target, Unreachable } from '../types.ts';
import { agentSocket, ChosenAgent } from './agent.ts';
import { isAccepted, tooShort } from './public-key.ts';

/** The ways to log in, in the order in which they are tried. */
export interface Login {
  /** For ssh2: the next way that the server still takes, or false. */
  next(left: readonly AuthenticationType[] | null): AnyAuthMethod | false;
  /** For messages: what was tried, what could not be, and what the server accepts. */
  summary(): string;
  /** The host may be another one: from here on it is told no password. */
  keyHasChanged(): void;
  /** Set by whoever logs in: ends the login. */
  giveUp: (why: string) => void;
}

interface Way {
  readonly label: string;
  readonly method: AnyAuthMethod;
  /** It tells the server a secret. */
  readonly tells?: true;
}

/**
 * A key that the inventory names comes first, then the agent, then the other keys, then the password, unless
 * PreferredAuthentications says otherwise. `none` is never tried: it costs a round trip. Throws Unreachable where there
 * is nothing to try.
 */
export async function loginFor(target: Target, keyFiles: readonly string[], opened: KeyCache): Promise<Login> {
  const giveUp = (why: string) => login?.giveUp(why);
  let login: Login | undefined;
  const { user: username, password, preferredAuthentications: preferred } = target;
  const skipped: string[] = [];
  const ways = target.pubkeyAuthentication === false ? [] : await keyWays(target, keyFiles, opened, skipped);
  if (password !== undefined && target.passwordAuthentication !== false)
    ways.push({ label: 'password', method: { type: 'password', username, password }, tells: true });
  if (password !== undefined && target.kbdInteractiveAuthentication !== false)
    ways.push({
      label: 'keyboard-interactive',
      method: { type: 'keyboard-interactive', username, prompt: answerPrompts(password, giveUp) },
      tells: true,
    });
  const chosen = preferred ? inOrderOf(preferred, ways) : ways;
  if (chosen.length === 0) {
    const why = ways.length > 0 ? `PreferredAuthentications is ${preferred?.join(',')}` : skipped.join(', ');
    throw new Unreachable(
      `${target.name}: nothing to log in with as ${username}: ${why || 'no key file, no agent, no password'}`,
      ways.length > 0
        ? 'allow publickey or password for this host'
        : skipped.length > 0
          ? 'load the key into an agent: ssh-add'
          : 'set ansible_ssh_private_key_file (--private-key) or start an agent (ssh-add)',
    );
  }
  return (login = inTurn(chosen, skipped));
}

/** Those that are named, in the order in which they are. */
function inOrderOf(preferred: readonly string[], ways: readonly Way[]): Way[] {
  return preferred.flatMap((name) => ways.filter(({ method }) => typeOf(method) === name));
}

const typeOf = ({ type }: AnyAuthMethod): string => (type === 'agent' ? 'publickey' : type);

/** The agent and the key files; why a file is of no use is told in `skipped`. */
async function keyWays(
  target: Target,
  keyFiles: readonly string[],
  opened: KeyCache,
  skipped: string[],
): Promise<Way[]> {
  const { user: username, privateKeyFile } = target;
  const keys: Way[] = [];
  for (const file of keyFiles) {
    const key = await opened.read(file, target.privateKeyPassphrase);
    const problem = typeof key === 'string' ? key : unusable(key, target);
    if (typeof key !== 'string' && problem === undefined)
      keys.push({ label: `key ${file}`, method: { type: 'publickey', username, key } });
    else if (problem !== '') skipped.push(`key ${file} ${problem}`);
    else if (file === privateKeyFile)
      throw new Unreachable(
        `${target.name}: there is no key file ${file}`,
        'check ansible_ssh_private_key_file (--private-key)',
      );
  }
  const socket = agentSocket(target);
  if (socket === undefined || socket === '') return keys;
  const named = (
    await Promise.all(keyFiles.map((file) => opened.publicKey(file, target.privateKeyPassphrase)))
  ).flatMap((key) => key ?? []);
  const agent = new ChosenAgent(socket, named, target);
  const label = target.identitiesOnly ? 'the named keys in the agent' : 'agent';
  const agents: Way[] = [{ label, method: { type: 'agent', username, agent } }];
  return privateKeyFile === undefined ? [...agents, ...keys] : [...keys, ...agents];
}

function unusable(key: ParsedKey, target: Target): string | undefined {
  const accepted = target.pubkeyAcceptedAlgorithms;
  if (!isAccepted(key.type, accepted)) return `is of type ${key.type}, which PubkeyAcceptedAlgorithms leaves out`;
  return tooShort(key.getPublicSSH(), target);
}

interface Prompt {
  readonly prompt: string;
  readonly echo?: boolean;
}

const mostRounds = 3;

/** Gives the password once in each round, to the first prompt that hides what is typed; ends the login after a few rounds. */
function answerPrompts(password: string, giveUp: (why: string) => void) {
  let rounds = 0;
  return (
    _name: string,
    _instructions: string,
    _language: string,
    prompts: readonly Prompt[],
    finish: (answers: string[]) => void,
  ): void => {
    if (++rounds > mostRounds) return giveUp(`it asked more than ${mostRounds} times`);
    const hidden = prompts.findIndex(({ echo }) => !echo);
    finish(prompts.map((_prompt, i) => (i === hidden ? password : '')));
  };
}

function inTurn(ways: readonly Way[], skipped: readonly string[]): Login {
  const tried: string[] = [];
  let accepted: readonly string[] = [];
  let left = [...ways];
  const refused = [...skipped];
  return {
    giveUp: () => {},
    keyHasChanged() {
      const telling = left.filter(({ tells }) => tells);
      left = left.filter(({ tells }) => !tells);
      refused.push(...telling.map(({ label }) => `${label} (the host key has changed)`));
    },
    next(methods) {
      if (methods) accepted = methods;
      for (let way = left.shift(); way; way = left.shift()) {
        if (methods && !(methods as readonly string[]).includes(typeOf(way.method))) continue;
        tried.push(way.label);
        return way.method;
      }
      return false;
    },
    summary() {
      const parts = [
        `tried ${tried.join(', ') || 'nothing'}`,
        ...(refused.length > 0 ? [`not tried: ${refused.join(', ')}`] : []),
        `the server accepts ${accepted.join(', ') || 'nothing more'}`,
      ];
      return parts.join('; ');
    },
  };
}

/** The keys of a run: each file is read once, because opening an encrypted key takes long. */
export class KeyCache {
  readonly #keys = new Map<string, Promise<ParsedKey | string>>();

  /** The key; or why it cannot be used, '' where there is no such file. */
  read(file: string, passphrase: string | undefined): Promise<ParsedKey | string> {
    const id = JSON.stringify([file, passphrase]);
    const present = this.#keys.get(id) ?? openKey(file, passphrase);
    this.#keys.set(id, present);
    return present;
  }

  /** The public half, of the file beside it or of the key itself; undefined where there is none. */
  async publicKey(file: string, passphrase: string | undefined): Promise<Buffer | undefined> {
    const beside = textOf(`${file}.pub`);
    const [, text] = beside?.trim().split(/\s+/) ?? [];
    if (text !== undefined) return Buffer.from(text, 'base64');
    const key = await this.read(file, passphrase);
    return typeof key === 'string' ? undefined : key.getPublicSSH();
  }

  clear(): void {
    this.#keys.clear();
  }
}

function textOf(file: string): string | undefined {
  try {
    return readRegular(file).toString('utf8');
  } catch {
    return undefined;
  }
}

async function openKey(file: string, passphrase: string | undefined): Promise<ParsedKey | string> {
  let content: Buffer;
  try {
    const stats = await stat(file);
    expectRegular(file, stats);
    const { uid, mode } = stats;
    // As OpenSSH does: such a key may be known to others.
    if (uid === process.getuid?.() && (mode & 0o077) !== 0)
      return `is not used: others can read it (mode ${(mode & 0o777).toString(8).padStart(4, '0')}); chmod 600 ${file}`;
    content = readRegular(file);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? '' : `cannot be read (${problemOf(error)})`;
  }
  const key = ssh2.utils.parseKey(content, passphrase);
  if (!(key instanceof Error)) return Array.isArray(key) ? (key as ParsedKey[])[0]! : key;
  if (/no passphrase/i.test(key.message)) return 'is encrypted and no passphrase is given';
  if (/passphrase|decrypt|integrity/i.test(key.message)) return 'does not open with the passphrase given';
  return `is of an unsupported kind (${key.message})`;
}
