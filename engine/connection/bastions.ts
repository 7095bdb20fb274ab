import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import { connectClient } from './ssh-client.ts';
import { completed } from './ssh-config.ts';
import { type Target, Unreachable } from './types.ts';

/** The jump hosts of a run: each is connected to once, verified and logged in to like any host, and shared. */
export class Bastions {
  readonly #clients = new Map<string, Promise<Client>>();

  /** Makes the way to the target through its jump hosts; undefined where it is reached directly. */
  wayTo(target: Target): (() => Promise<Duplex>) | undefined {
    const { proxyJump } = target;
    if (proxyJump === undefined || proxyJump === 'none') return undefined;
    const hops = proxyJump.split(',').map((hop) => hop.trim());
    return async () => forward(await this.#client(hops, target), target, hops.at(-1)!);
  }

  closeAll(): void {
    for (const client of this.#clients.values()) client.then((open) => open.end()).catch(() => {});
    this.#clients.clear();
  }

  #client(hops: readonly string[], target: Target): Promise<Client> {
    const key = hops.join(',');
    const present = this.#clients.get(key);
    if (present) return present;
    const opening = this.#open(hops, target);
    this.#clients.set(key, opening);
    const forget = () => {
      if (this.#clients.get(key) === opening) this.#clients.delete(key);
    };
    opening.then((client) => client.on('close', forget), forget);
    return opening;
  }

  async #open(hops: readonly string[], last: Target): Promise<Client> {
    const before = hops.slice(0, -1);
    const { target, keyFiles } = await completed(hopTarget(hops.at(-1)!, last));
    return connectClient(
      target,
      keyFiles,
      before.length === 0 ? undefined : async () => forward(await this.#client(before, last), target, before.at(-1)!),
    );
  }
}

/** A jump host is reached with the keys and the checks of the host behind it, but never sees that host's password. */
function hopTarget(hop: string, last: Target): Target {
  const parts = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(hop);
  if (!parts) throw new Unreachable(`${last.name}: '${hop}' is no jump host`, 'write user@host:port');
  const [, user, bracketed, plain, port] = parts;
  const { password: _password, proxyJump: _proxyJump, ...rest } = last;
  const given = [...(user === undefined ? [] : ['user']), ...(port === undefined ? [] : ['port']), 'proxyJump'];
  return {
    ...rest,
    name: `${last.name}: jump host ${hop}`,
    address: bracketed ?? plain!,
    port: port === undefined ? 22 : Number(port),
    user: user ?? last.user,
    unset: (['user', 'port', ...(last.unset ?? [])] as const).filter((setting) => !given.includes(setting)),
  };
}

function forward(client: Client, target: Target, hop: string): Promise<Duplex> {
  const failed = (error: Error) =>
    new Unreachable(
      `${target.name}: the jump host ${hop} does not reach ${target.address} port ${target.port}: ${error.message}`,
      'is the host up, and may the jump host forward (AllowTcpForwarding)?',
    );
  return new Promise((resolve, reject) => {
    try {
      client.forwardOut('127.0.0.1', 0, target.address, target.port, (error, channel) =>
        error ? reject(failed(error)) : resolve(channel),
      );
    } catch (error) {
      reject(failed(error instanceof Error ? error : new Error(String(error)))); // the connection to the jump host has just ended
    }
  });
}
