import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import pLimit, { type LimitFunction } from 'p-limit';
import ssh2, { type Client, type ConnectConfig, type ServerHostKeyAlgorithm } from 'ssh2';
import { type Target, Unreachable } from '../types.ts';
import { onAbort, sleep, throwIfAborted, untilAborted } from '../waiting.ts';
import { KeyCache, type Login, loginFor } from './auth.ts';
import { explain, HungUp, hungUp, where } from './failure.ts';
import { judgeHostKey } from './host-key.ts';
import { algorithmsFor, hostName, type KnownHost, KnownHostsCache, linesFor } from './known-hosts.ts';

const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

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
  alive = true;
  /** Why it was lost, if more is known than that it was. */
  lost: string | undefined;

  constructor(client: Client, socket: Duplex) {
    this.client = client;
    this.#socket = socket;
    client.on('error', (error) => {
      this.lost = /keepalive/i.test(error.message) ? 'it no longer answers' : error.message;
    });
    client.on('close', () => {
      this.alive = false;
    });
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
  /** Servers that have hung up: callers wait until few are logging in. By address and port. */
  readonly #crowded = new Map<string, LimitFunction>();

  clear(): void {
    this.#keys.clear();
    this.#crowded.clear();
  }

  async connect(
    target: Target,
    keyFiles: readonly string[],
    through: Through | undefined,
    signal: AbortSignal,
  ): Promise<LoggedIn> {
    const known = this.#knownHosts.read([...target.knownHostsFiles, ...(target.globalKnownHostsFiles ?? [])]);
    const at = where(target);
    let taken = 0;
    for (let attempt = 1; ; attempt++) {
      let begun = 0;
      const logIn = async (): Promise<LoggedIn> => {
        throwIfAborted(signal);
        begun = performance.now();
        const login = await untilAborted(loginFor(target, keyFiles, this.#keys), signal);
        return connectOnce(target, known, login, await through?.(signal), signal);
      };
      const crowd = this.#crowded.get(at);
      try {
        return await untilAborted(crowd ? crowd(logIn) : logIn(), signal);
      } catch (error) {
        if (!(error instanceof HungUp)) throw error;
        if (!crowd) this.#crowded.set(at, this.#crowded.get(at) ?? pLimit(few));
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
  const lines = linesFor(known, hostName(address, port));
  const client = new ssh2.Client();
  // Without noDelay, Nagle's algorithm and delayed acknowledgements add 40 ms to each small request.
  const sock = through ?? connect({ host: address, port, noDelay: true });
  let stopListening = (): void => {};
  return new Promise<LoggedIn>((resolve, reject) => {
    let refused: Unreachable | undefined;
    let greeted = false;
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
      algorithms: { serverHostKey: algorithmsFor(lines, hostKeyAlgorithms) },
      hostVerifier: (key: Buffer, answer: (good: boolean) => void) => {
        greeted = true;
        void judgeHostKey(target, known, key).then((problem) => {
          refused = problem;
          answer(problem === undefined);
          return problem;
        });
      },
      authHandler: (left: Parameters<Login['next']>[0]) => login.next(left),
      sock,
    };
    client
      .on('ready', () => resolve(new LoggedIn(client, sock)))
      .on('error', (error) => {
        // A missing or failing agent is no reason to give up: the next way to log in is tried.
        if (error.level === 'agent') return;
        giveUp(refused ?? explain(error, target, login, greeted));
      })
      .on('close', () => reject(refused ?? hungUp(target, login, greeted)));
    stopListening = onAbort(signal, giveUp);
    if (!signal.aborted) client.connect(config);
  }).finally(() => stopListening());
}
