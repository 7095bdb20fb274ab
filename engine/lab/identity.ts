import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSshKey } from './keys.ts';
import { hostPaths, labPaths } from './paths.ts';
import type { LabHost, LabOptions } from './types.ts';

const TYPES = ['ed25519', 'ecdsa', 'rsa'] as const;

/** A host's machine id and host keys: a separate layer, kept when the host is reset. */
export async function ensureIdentity(options: LabOptions, name: string): Promise<string> {
  const { seed } = hostPaths(options, name);
  await mkdir(join(seed, 'etc/ssh'), { recursive: true, mode: 0o755 });
  const machineId = join(seed, 'etc/machine-id');
  if (!existsSync(machineId)) await writeFile(machineId, `${randomBytes(16).toString('hex')}\n`, { mode: 0o444 });
  const missing = TYPES.map((type) => [type, join(seed, `etc/ssh/ssh_host_${type}_key`)] as const).filter(
    ([, path]) => !existsSync(path),
  );
  await Promise.all(missing.map(([type, path]) => makeSshKey(path, type, `root@${name}`)));
  return seed;
}

/** A known_hosts entry is `address`, or `[address]:port` if the port is not 22. */
export const knownHost = ({ listen, port }: Pick<LabHost, 'listen' | 'port'>): string =>
  port === 22 ? listen : `[${listen}]:${port}`;

/** Puts the hosts' keys into known_hosts; the lines of hosts brought up with another inventory stay. */
export async function writeKnownHosts(options: LabOptions): Promise<void> {
  const { knownHosts } = labPaths(options);
  const present = existsSync(knownHosts) ? await readFile(knownHosts, 'utf8') : '';
  const ours = new Set(options.hosts.map(knownHost));
  const others = present.split('\n').filter((line) => line && !ours.has(line.split(' ', 1)[0] ?? ''));
  const lines = await Promise.all(options.hosts.map((host) => knownHostLines(options, host)));
  await writeFile(knownHosts, [...others, ...lines.flat(), ''].join('\n'));
}

async function knownHostLines(options: LabOptions, host: LabHost): Promise<string[]> {
  const { seed } = hostPaths(options, host.name);
  const keys = await Promise.all(TYPES.map((type) => readFile(join(seed, `etc/ssh/ssh_host_${type}_key.pub`), 'utf8')));
  return keys.map((key) => `${knownHost(host)} ${key.split(' ').slice(0, 2).join(' ')}`);
}
