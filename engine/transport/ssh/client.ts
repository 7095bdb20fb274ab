import { connect } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import pLimit, { type LimitFunction } from 'p-limit';
import ssh2, { type Client, type ConnectConfig } from 'ssh2';
import { machineOf } from '../identity.ts';
import { type Target, Unreachable } from '../types.ts';
import { onAbort, sleep, throwIfAborted, untilAborted } from '../waiting.ts';
import { algorithmsOf, hostKeyAlgorithms } from './algorithms.ts';
import { KeyCache, type Login, loginFor } from './auth.ts';
import { explain, HungUp, hungUp, where } from './failure.ts';
import { FloodGuard } from './flood.ts';
import { judgeHostKey } from './host-key.ts';
import { algorithmsFor, type KnownHost, KnownHostsCache, keyName, linesFor } from './known-hosts.ts';

/**
 * The least number of attempts where the server hangs up before it says a word: sshd's MaxStartups drops some of many
 * that come at once. There are more until they have taken the time that connecting may take.
 */
const attempts = 4;

/** In milliseconds, and random, so that those that were dropped together do not come back together. */
const pauseAfter = (attempt: number): number => Math.min(100 * 2 ** attempt, 1000) * (0.5 + Math.random());

const few = 2;

/** A client that is logged in. */
export class LoggedIn {
  readonly client: Client;
  readonly #socket: Duplex;
  readonly #flood: FloodGuard;
  alive = true;
  /** Why it was lost, if more is known than that it was. */
  lost: string | undefined;
  /** What to tell of the login. */
  readonly warning: string | undefined;

  constructor(client: Client, socket: Duplex, flood: FloodGuard, warning?: string) {
    this.client = client;
    this.warning = warning;
    this.#socket = socket;
    this.#flood = flood;
    flood.loggedIn();
    client.on('error', (error) => {
      this.lost = /keepalive/i.test(error.message) ? 'it no longer answers' : error.message;
    });
    client.on('close', () => {
      this.alive = false;
    });
  }

  /** What comes in this channel was asked for. */
  expects(channel: Readable): void {
    this.#flood.counts(channel);
  }

  /** Drops it at once: the server is not to be trusted with another byte. */
  drop(why: string): void {
    this.lost ??= why;
    this.alive = false;
    this.#socket.destroy();
  }

  /** Says goodbye, and does not wait for an answer: a network that has gone gives none. */
  close(): void {
    this.alive = false;
    this.client.end();
    // Not the client's own destroy(), which does nothing after end().
    setTimeout(() => this.#socket.destroy(), 1000).unref();
  }
}

/** Makes the way to a host where there is no direct one. */
export type Through = (signal: AbortSignal) => Promise<Duplex>;

/** Logs in. Holds what the logins of a run share: opened keys, known hosts, and which servers are crowded. */
export class SshClients {
  readonly #keys = new KeyCache();
  readonly #knownHosts = new KnownHostsCache();
  /** Servers that have hung up: callers wait until few are logging in. By machine. */
  readonly #crowded = new Map<string, LimitFunction>();

  clear(): void {
    this.#keys.clear();
    this.#crowded.clear();
  }

  /** What the known_hosts files of a target hold. */
  knownHostsOf(target: Target): readonly KnownHost[] {
    return this.#knownHosts.read([...target.knownHostsFiles, ...(target.globalKnownHostsFiles ?? [])]);
  }

  async connect(
    target: Target,
    keyFiles: readonly string[],
    through: Through | undefined,
    signal: AbortSignal,
  ): Promise<LoggedIn> {
    const known = this.knownHostsOf(target);
    const at = where(target);
    const server = machineOf(target);
    let taken = 0;
    for (let attempt = 1; ; attempt++) {
      let begun = 0;
      const logIn = async (): Promise<LoggedIn> => {
        throwIfAborted(signal);
        begun = performance.now();
        const login = await untilAborted(loginFor(target, keyFiles, this.#keys), signal);
        return connectOnce(target, known, login, await through?.(signal), signal);
      };
      const crowd = this.#crowded.get(server);
      try {
        return await untilAborted(crowd ? crowd(logIn) : logIn(), signal);
      } catch (error) {
        if (!(error instanceof HungUp)) throw error;
        if (!crowd) this.#crowded.set(server, this.#crowded.get(server) ?? pLimit(few));
        taken += performance.now() - begun;
        if (attempt >= attempts && taken >= target.connectTimeoutSeconds * 1000)
          throw new Unreachable(
            `${target.name}: ${at} hangs up before the login`,
            'sshd may be overloaded (MaxStartups) or refuse this address',
          );
        const pause = pauseAfter(attempt);
        taken += pause;
        await sleep(pause, signal);
      }
    }
  }
}

function connectOnce(
  target: Target,
  known: readonly KnownHost[],
  login: Login,
  through: Duplex | undefined,
  signal: AbortSignal,
): Promise<LoggedIn> {
  const { address, port } = target;
  const lines = linesFor(known, keyName(target));
  const client = new ssh2.Client();
  // Without noDelay, Nagle's algorithm and delayed acknowledgements add 40 ms to each small request.
  const sock = through ?? connect({ host: address, port, noDelay: true, family: target.addressFamily ?? 0 });
  const { offered } = algorithmsOf(target);
  let stopListening = (): void => {};
  return new Promise<LoggedIn>((resolve, reject) => {
    let refused: Unreachable | undefined;
    let greeted = false;
    let flood: FloodGuard | undefined;
    let loggedIn: LoggedIn | undefined;
    let changed: string | undefined;
    const giveUp = (error: Error) => {
      sock.destroy();
      reject(error);
    };
    login.giveUp = (why) =>
      giveUp(new Unreachable(`${target.name}: the login as ${target.user} was ended: ${where(target)}: ${why}`));
    const config: ConnectConfig = {
      host: address,
      port,
      username: target.user,
      readyTimeout: target.connectTimeoutSeconds * 1000,
      keepaliveInterval: 15_000,
      keepaliveCountMax: 4,
      algorithms: { ...offered, serverHostKey: algorithmsFor(lines, offered.serverHostKey ?? hostKeyAlgorithms) },
      hostVerifier: (key: Buffer, answer: (good: boolean) => void) => {
        greeted = true;
        void judgeHostKey(target, known, key).then((judged) => {
          if (judged === 'changed') {
            changed = `${target.name}: the host key of ${keyName(target)} has changed, and StrictHostKeyChecking is off: no password was sent`;
            login.keyHasChanged();
          } else refused = judged;
          answer(refused === undefined);
          return judged;
        });
      },
      authHandler: (left: Parameters<Login['next']>[0]) => login.next(left),
      sock,
    };
    client
      .on('ready', () => resolve((loggedIn = new LoggedIn(client, sock, flood!, changed))))
      .on('error', (error) => {
        // A missing or failing agent is no reason to give up: the next way to log in is tried.
        if (error.level === 'agent') return;
        giveUp(refused ?? explain(error, target, login, greeted));
      })
      .on('close', () => reject(refused ?? hungUp(target, login, greeted)));
    stopListening = onAbort(signal, giveUp);
    if (signal.aborted) return;
    client.connect(config);
    flood = new FloodGuard(sock, (why) => (loggedIn ? loggedIn.drop(why) : login.giveUp(why)));
  }).finally(() => stopListening());
}
