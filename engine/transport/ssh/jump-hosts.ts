import type { Duplex } from 'node:stream';
import { loginOf } from '../identity.ts';
import { ChannelRefused, type Target, Unreachable } from '../types.ts';
import { Openings, sleep, withDeadline } from '../waiting.ts';
import type { LoggedIn, SshClients, Through } from './client.ts';
import { completed } from './config.ts';
import { wayOf } from './hop.ts';

/**
 * The jump hosts of a run: each is connected to once, verified and logged in to like any host, and shared by the
 * hosts behind it; once more where that connection has no channel left.
 */
export class JumpHosts {
  readonly #clients: SshClients;
  readonly #openings = new Openings<LoggedIn>();
  readonly #all: LoggedIn[] = [];
  /** How many connections by the same hops have had no channel left: the next caller opens another. */
  readonly #generations = new Map<string, number>();
  /** Those that have opened a channel: what they refuse afterwards may work later. */
  readonly #opened = new WeakSet<LoggedIn>();

  constructor(clients: SshClients) {
    this.#clients = clients;
  }

  /** Makes the way to the target through its jump hosts; undefined where it is reached directly. */
  wayTo(target: Target): Through | undefined {
    const hops = wayOf(target);
    return hops.length === 0 ? undefined : (signal) => this.#forward(hops, target, signal);
  }

  close(reason: Error): void {
    this.#openings.abortAll(reason);
    for (const client of this.#all) client.close();
  }

  async #connect(hop: Target, given: readonly Target[], signal: AbortSignal): Promise<LoggedIn> {
    const { target, keyFiles } = await completed(hop, signal);
    // As for ssh, the first one may have a jump host of its own, by its configuration.
    const before = given.length > 0 ? given : wayOf(target);
    if (before.some(({ name }) => name === hop.name))
      throw new Unreachable(`${target.name}: its configuration names itself as its jump host`, 'see ProxyJump');
    const through: Through | undefined =
      before.length === 0 ? undefined : (aborted) => this.#forward(before, target, aborted);
    const client = await this.#clients.connect(target, keyFiles, through, signal);
    this.#all.push(client);
    return client;
  }

  /** A jump host is shared by those who would reach, verify and log in to it in the same way, by the same hosts before it. */
  async #forward(hops: readonly Target[], target: Target, signal: AbortSignal): Promise<Duplex> {
    const hop = hops.at(-1)!;
    const key = loginOf(hop);
    const until = performance.now() + target.connectTimeoutSeconds * 1000;
    for (;;) {
      const generation = this.#generations.get(key) ?? 0;
      const client = await this.#openings.get(
        `${generation} ${key}`,
        (aborted) => this.#connect(hop, hops.slice(0, -1), aborted),
        signal,
      );
      const mayWorkLater = () => this.#opened.has(client);
      try {
        const channel = await forward(client, target, { hop: hop.name, mayWorkLater, signal });
        this.#opened.add(client);
        return channel;
      } catch (error) {
        if (!(error instanceof ChannelRefused) || performance.now() >= until) throw error;
        await sleep(100 * (0.5 + Math.random()), signal);
        // Where it has opened nothing yet, it is asked again. Otherwise the first host that sees it full opens another.
        if (this.#opened.has(client) && (this.#generations.get(key) ?? 0) === generation)
          this.#generations.set(key, generation + 1);
      }
    }
  }
}

/** Reasons of a server, by RFC 4254: the first is also that of a server which forbids it altogether. */
const [prohibited, resourceShortage] = [1, 4];

interface Forward {
  readonly hop: string;
  /** Whether a refusal may be due to a lack of channels. */
  readonly mayWorkLater: () => boolean;
  readonly signal: AbortSignal;
}

/** The way from a jump host to the target, which has as long to answer as one that is reached directly. */
function forward(login: LoggedIn, target: Target, { hop, mayWorkLater, signal }: Forward): Promise<Duplex> {
  const { client } = login;
  const { name, address, port, connectTimeoutSeconds } = target;
  const failed = ({ message, reason }: Error & { reason?: number }) =>
    new (reason === resourceShortage || (reason === prohibited && mayWorkLater()) ? ChannelRefused : Unreachable)(
      `${name}: the ${hop} does not reach ${address} port ${port}: ${message}`,
      'is the host up, and may the jump host forward (AllowTcpForwarding)?',
    );
  let isLate = false;
  const opening = new Promise<Duplex>((resolve, reject) => {
    // ssh2 forgets the callback where the connection ends while it waits.
    const onClose = () => reject(failed(new Error('the connection to it was lost')));
    client.once('close', onClose);
    try {
      client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
        client.off('close', onClose);
        if (error) return reject(failed(error));
        login.expects(channel);
        if (isLate) channel.destroy();
        resolve(channel);
      });
    } catch (error) {
      client.off('close', onClose);
      reject(failed(error instanceof Error ? error : new Error(String(error)))); // the connection to the jump host has just ended
    }
  });
  const late = () => failed(new Error(`no answer within ${connectTimeoutSeconds} s`));
  return withDeadline(opening, connectTimeoutSeconds, late, signal).catch((error) => {
    isLate = true;
    throw error;
  });
}
