import { readFile } from 'node:fs/promises';
import ssh2, { type AnyAuthMethod, type AuthenticationType, type ParsedKey } from 'ssh2';
import { type Target, Unreachable } from '../types.ts';

/** The ways to log in, in the order in which they are tried. */
export interface Login {
  /** For ssh2: the next way that the server still takes, or false. */
  next(left: readonly AuthenticationType[] | null): AnyAuthMethod | false;
  /** For people: what was tried, what could not be, and what the server takes. */
  told(): string;
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
  agent = process.env['SSH_AUTH_SOCK'],
): Promise<Login> {
  const username = target.user;
  const skipped: string[] = [];
  const keys: Way[] = [];
  const named = target.privateKeyFile !== undefined;
  for (const file of target.privateKeyFile === undefined ? keyFiles : [target.privateKeyFile]) {
    const key = await readKey(file, target.privateKeyPassphrase);
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
    const prompt = (
      _name: string,
      _instructions: string,
      _language: string,
      prompts: readonly unknown[],
      finish: (answers: string[]) => void,
    ) => finish(prompts.map(() => password));
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
  return inTurn(ways, skipped);
}

function inTurn(ways: readonly Way[], skipped: readonly string[]): Login {
  const tried: string[] = [];
  let accepted: readonly string[] = [];
  const left = [...ways];
  return {
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
    told() {
      const parts = [
        `tried ${tried.join(', ')}`,
        ...(skipped.length > 0 ? [`not tried: ${skipped.join(', ')}`] : []),
        `the server takes ${accepted.join(', ') || 'nothing more'}`,
      ];
      return parts.join('; ');
    },
  };
}

const parsed = new Map<string, Promise<ParsedKey | string>>();

/** The key; or why it cannot be used, '' where there is no such file. Read once: opening an encrypted key takes long. */
function readKey(file: string, passphrase: string | undefined): Promise<ParsedKey | string> {
  const id = JSON.stringify([file, passphrase]);
  const present = parsed.get(id) ?? openKey(file, passphrase);
  parsed.set(id, present);
  return present;
}

async function openKey(file: string, passphrase: string | undefined): Promise<ParsedKey | string> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? '' : `cannot be read (${message})`;
  }
  const key = ssh2.utils.parseKey(content, passphrase);
  if (!(key instanceof Error)) return Array.isArray(key) ? (key as ParsedKey[])[0]! : key;
  if (/no passphrase/i.test(key.message)) return 'is encrypted and no passphrase is given';
  if (/passphrase|decrypt|integrity/i.test(key.message)) return 'does not open with the passphrase given';
  return `is of no kind that is supported here (${key.message})`;
}
