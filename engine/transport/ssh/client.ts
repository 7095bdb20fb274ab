import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import ssh2, { type Client, type ConnectConfig, type ServerHostKeyAlgorithm } from 'ssh2';
import { type Target, Unreachable } from '../types.ts';
import { type Login, loginFor } from './auth.ts';
import { judgeHostKey } from './host-key.ts';
import { algorithmsFor, hostName, type KnownHost, linesFor, readKnownHosts } from './known-hosts.ts';

const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * Attempts at least where the server hangs up before it says a word: sshd's MaxStartups drops some of many that come at
 * once. As long as they have not taken the time that connecting may take there are more.
 */
const attempts = 4;

/** In milliseconds, and at random: those that were dropped together shall not come back together. */
const pauseAfter = (attempt: number): number => Math.min(100 * 2 ** attempt, 1000) * (0.5 + Math.random());

/** Servers that have hung up: who comes (again) waits until few are on the way in. By address and port. */
const crowded = new Map<string, LimitFunction>();
const few = 2;

/** A client that is logged in. `through` makes the way to the host where there is no direct one. */
export async function connectClient(
  target: Target,
  keyFiles: readonly string[],
  through?: () => Promise<Duplex>,
): Promise<Client> {
  const known = readKnownHosts(target.knownHostsFiles);
  let taken = 0;
  for (let attempt = 1; ; attempt++) {
    let begun = 0;
    const connect = async (): Promise<Client> => {
      begun = Date.now();
      return connectOnce(target, known, await loginFor(target, keyFiles), await through?.());
    };
    const crowd = crowded.get(where(target));
    try {
      return await (crowd ? crowd(connect) : connect());
    } catch (error) {
      if (!(error instanceof HungUp)) throw error;
      if (!crowd) crowded.set(where(target), crowded.get(where(target)) ?? pLimit(few));
      taken += Date.now() - begun;
      if (attempt >= attempts && taken >= target.connectTimeoutSeconds * 1000)
        throw new Unreachable(
          `${target.name}: ${where(target)} hangs up before the login`,
          'sshd may be overloaded (MaxStartups) or refuse this address',
        );
      const pause = pauseAfter(attempt);
      taken += pause;
      await sleep(pause);
    }
  }
}

/** The server ended the connection before it showed its key: worth another attempt. */
class HungUp extends Error {}

/** A login must not be tried again: wrong ones are counted. */
function hungUp(target: Target, login: Login, greeted: boolean): Error {
  return greeted
    ? new Unreachable(
        `${target.name}: ${where(target)} hangs up during the login as ${target.user}: ${login.told()}`,
        'its log tells why: journalctl -u ssh',
      )
    : new HungUp();
}

function connectOnce(
  target: Target,
  known: readonly KnownHost[],
  login: Login,
  sock: Duplex | undefined,
): Promise<Client> {
  const lines = linesFor(known, hostName(target.address, target.port));
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    let refused: Unreachable | undefined;
    let greeted = false;
    const config: ConnectConfig = {
      host: target.address,
      port: target.port,
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
      ...(sock && { sock }),
    };
    client
      // Without it Nagle's algorithm and delayed acknowledgements add 40 ms to each small request.
      .on('connect', () => client.setNoDelay(true))
      .on('ready', () => resolve(client))
      .on('error', (error) => {
        // No agent, or one that fails, is no reason to give up: the next way of logging in comes.
        if (error.level === 'agent') return;
        client.destroy();
        reject(refused ?? explain(error, target, login, greeted));
      })
      .on('close', () => reject(refused ?? hungUp(target, login, greeted)));
    client.connect(config);
  });
}

const where = (target: Target) => hostName(target.address, target.port);

/** What went wrong, in plain words. */
function explain(
  error: Error & { code?: string; level?: string },
  target: Target,
  login: Login,
  greeted: boolean,
): Error {
  const { name, user, connectTimeoutSeconds } = target;
  const { code, level, message } = error;
  const at = where(target);
  if (level === 'client-authentication') {
    return new Unreachable(
      `${name}: ${at} refuses the login as ${user}: ${login.told()}`,
      `try it by hand: ssh -p ${target.port} ${user}@${target.address}`,
    );
  }
  if (code === 'ECONNREFUSED')
    return new Unreachable(
      `${name}: ${at} refuses the connection`,
      'is sshd running there, and on this port (ansible_port)?',
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new Unreachable(`${name}: no address is known for '${target.address}'`, 'set ansible_host to its address');
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return new Unreachable(
      `${name}: there is no route to ${at}`,
      'is the host up, and is this its address (ansible_host)?',
    );
  if (code === 'ETIMEDOUT' || level === 'client-timeout') {
    return new Unreachable(
      `${name}: ${at} does not answer within ${connectTimeoutSeconds} s`,
      'is the host up, and does a firewall let port and address through?',
    );
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || /before handshake/i.test(message))
    return hungUp(target, login, greeted);
  return new Unreachable(`${name}: the connection to ${at} failed: ${message}`);
}
