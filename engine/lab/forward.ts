import { connect } from 'node:net';
import type { ProcessRecord } from '../source/process.ts';
import { LAB_NAMESPACE } from './names.ts';
import { namespacePath } from './network.ts';
import { hostPaths } from './paths.ts';
import { programArguments, startDetached } from './process.ts';
import type { LabHost, LabOptions } from './types.ts';

/**
 * Makes the host's sshd reachable on a loopback address of this machine. This machine never gets a route to the lab's
 * network, so nothing can reach an unrelated 10.20.1.0/24 when the lab is down.
 */
export function startForward(options: LabOptions, host: LabHost, groups: readonly string[]): ProcessRecord {
  const argv = [
    'systemd-socket-activate',
    '-l',
    `${host.listen}:${host.port}`,
    'nsenter',
    `--net=${namespacePath(LAB_NAMESPACE)}`,
    ...programArguments('./server/relay.ts', './lab-relay.mjs'),
    host.address,
    '22',
  ];
  return startDetached(argv, { log: hostPaths(options, host.name).forwardLog, groups });
}

/** Whether an SSH server sends its banner there. */
export function answers({ listen, port }: Pick<LabHost, 'listen' | 'port'>, milliseconds = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, listen);
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(milliseconds, () => end(false));
    socket.on('data', (data: Buffer) => end(data.toString('latin1').startsWith('SSH-')));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}

/** Whether anything listens there; a host's address must be free before the lab takes it. */
export function isTaken({ listen, port }: Pick<LabHost, 'listen' | 'port'>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, listen);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
