import { readFile, stat } from 'node:fs/promises';
import ssh2, { type AnyAuthMethod, type AuthenticationType, type ParsedKey } from 'ssh2';
import { type Target, Unreachable } from '../types.ts';

/** The ways to log in, in the order in which they are tried. */
export interface Login {
  /** For ssh2: the next way that the server still takes, or false. */
  next(left: readonly AuthenticationType[] | null): AnyAuthMethod | false;
  /** For messages: what was tried, what could not be, and what the server accepts. */
  summary(): string;
  /** Set by whoever logs in: ends the login. */
  giveUp: (why: string) => void;
}

interface Way {
  readonly label: string;
  readonly method: AnyAuthMethod;
}

/**
 * A key that the inventory names comes first, then the agent, then the default keys, then the password. `none` is never
 * tried: it costs a round trip. Throws Unreachable where there is nothing to try.
 */
export async function loginFor(
  target: Target,
  keyFiles: readonly string[],
  opened: KeyCache,
  agent = process.env['SSH_AUTH_SOCK'],
): Promise<Login> {
  const giveUp = (why: string) => login?.giveUp(why);
  let login: Login | undefined;
  const username = target.user;
  const skipped: string[] = [];
  const keys: Way[] = [];
  const named = target.privateKeyFile !== undefined;
  for (const file of target.privateKeyFile === undefined ? keyFiles : [target.privateKeyFile]) {
    const key = await opened.read(file, target.privateKeyPassphrase);
    if (typeof key !== 'string') keys.push({ label: `key ${file}`, method: { type: 'publickey', username, key } });
    else if (key !== '') skipped.push(`key ${file} ${key}`);
    else if (named)
      throw new Unreachable(
        `${target.name}: there is no key file ${file}`,
        'check ansible_ssh_private_key_file (--private-key)',
      );
  }
  const agents: Way[] = agent ? [{ label: 'agent', method: { type: 'agent', username, agent } }] : [];
  const ways = named ? [...keys, ...agents] : [...agents, ...keys];
  const { password } = target;
  if (password !== undefined) {
    ways.push({ label: 'password', method: { type: 'password', username, password } });
    const prompt = answerPrompts(password, giveUp);
    ways.push({
      label: 'keyboard-interactive',
      method: { type: 'keyboard-interactive', username, prompt },
    });
  }
  if (ways.length === 0) {
    throw new Unreachable(
      `${target.name}: nothing to log in with as ${username}: ${skipped.join(', ') || 'no key file, no agent, no password'}`,
      skipped.length > 0
        ? 'load the key into an agent: ssh-add'
        : 'set ansible_ssh_private_key_file (--private-key) or start an agent (ssh-add)',
    );
  }
  return (login = inTurn(ways, skipped));
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
  const left = [...ways];
  return {
    giveUp: () => {},
    next(methods) {
      if (methods) accepted = methods;
      for (let way = left.shift(); way; way = left.shift()) {
        const type = way.method.type === 'agent' ? 'publickey' : way.method.type;
        if (methods && !methods.includes(type)) continue;
        tried.push(way.label);
        return way.method;
      }
      return false;
    },
    summary() {
      const parts = [
        `tried ${tried.join(', ')}`,
        ...(skipped.length > 0 ? [`not tried: ${skipped.join(', ')}`] : []),
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

  clear(): void {
    this.#keys.clear();
  }
}

async function openKey(file: string, passphrase: string | undefined): Promise<ParsedKey | string> {
  let content: Buffer;
  try {
    const { uid, mode } = await stat(file);
    // As OpenSSH does: such a key may be known to others.
    if (uid === process.getuid?.() && (mode & 0o077) !== 0)
      return `is not used: others can read it (mode ${(mode & 0o777).toString(8).padStart(4, '0')}); chmod 600 ${file}`;
    content = await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? '' : `cannot be read (${message})`;
  }
  const key = ssh2.utils.parseKey(content, passphrase);
  if (!(key instanceof Error)) return Array.isArray(key) ? (key as ParsedKey[])[0]! : key;
  if (/no passphrase/i.test(key.message)) return 'is encrypted and no passphrase is given';
  if (/passphrase|decrypt|integrity/i.test(key.message)) return 'does not open with the passphrase given';
  return `is of an unsupported kind (${key.message})`;
}
