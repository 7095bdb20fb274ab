import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'ssh2';
import { ChannelRefused, type Target, Unreachable } from '../types.ts';
import { connectClient } from './client.ts';
import { completed } from './config.ts';

/**
 * The jump hosts of a run: each is connected to once, verified and logged in to like any host, and shared by all hosts
 * behind it; once more where it has no channel left in that connection.
 */
export class Bastions {
  readonly #clients = new Map<string, Promise<Client>>();
  readonly #full: Promise<Client>[] = [];

  /** Makes the way to the target through its jump hosts; undefined where it is reached directly. */
  wayTo(target: Target): (() => Promise<Duplex>) | undefined {
    const { proxyJump } = target;
    if (proxyJump === undefined || proxyJump === 'none') return undefined;
    const hops = proxyJump.split(',').map((hop) => hop.trim());
    return async () => this.#forward(hops, target, target);
  }

  closeAll(): void {
    for (const client of [...this.#full, ...this.#clients.values()]) client.then((open) => open.end()).catch(() => {});
    this.#clients.clear();
  }

  #client(hops: readonly string[], target: Target): Promise<Client> {
    const key = hops.join(',');
    const present = this.#clients.get(key);
    if (present) return present;
    const opening = this.#connect(hops, target);
    this.#clients.set(key, opening);
    const forget = () => {
      if (this.#clients.get(key) === opening) this.#clients.delete(key);
    };
    opening.then((client) => client.on('close', forget), forget);
    return opening;
  }

  async #connect(hops: readonly string[], last: Target): Promise<Client> {
    const before = hops.slice(0, -1);
    const { target, keyFiles } = await completed(hopTarget(hops.at(-1)!, last));
    return connectClient(target, keyFiles, before.length === 0 ? undefined : () => this.#forward(before, last, target));
  }

  async #forward(hops: readonly string[], last: Target, target: Target): Promise<Duplex> {
    const key = hops.join(',');
    const until = Date.now() + target.connectTimeoutSeconds * 1000;
    for (;;) {
      const bastion = this.#client(hops, last);
      try {
        return await forward(await bastion, target, hops.at(-1)!);
      } catch (error) {
        if (!(error instanceof ChannelRefused) || Date.now() >= until) throw error;
        await sleep(100 * (0.5 + Math.random()));
        // Nothing was opened yet: it is to be asked again. No longer the present one: another host has seen it before.
        if (!opened.has(await bastion) || this.#clients.get(key) !== bastion) continue;
        this.#clients.delete(key);
        this.#full.push(bastion);
      }
    }
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

/** Those that have opened a channel: whatever they refuse afterwards they may not mean for ever. */
const opened = new WeakSet<Client>();

/** Reasons of a server, by RFC 4254: the first is also that of a server which forbids it altogether. */
const [prohibited, resourceShortage] = [1, 4];

/** The way from a jump host to the target, which has as long to answer as one that is reached directly. */
function forward(client: Client, target: Target, hop: string): Promise<Duplex> {
  const { name, address, port, connectTimeoutSeconds } = target;
  const failed = ({ message, reason }: Error & { reason?: number }) =>
    new (reason === resourceShortage || (reason === prohibited && opened.has(client)) ? ChannelRefused : Unreachable)(
      `${name}: the jump host ${hop} does not reach ${address} port ${port}: ${message}`,
      'is the host up, and may the jump host forward (AllowTcpForwarding)?',
    );
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(failed(new Error(`no answer within ${connectTimeoutSeconds} s`)));
    }, connectTimeoutSeconds * 1000);
    try {
      client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
        clearTimeout(timer);
        if (error) return reject(failed(error));
        opened.add(client);
        if (late) channel.destroy();
        resolve(channel);
      });
    } catch (error) {
      clearTimeout(timer);
      reject(failed(error instanceof Error ? error : new Error(String(error)))); // the connection to the jump host has just ended
    }
  });
}
