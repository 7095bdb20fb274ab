import { join } from 'node:path';
import type { LabOptions } from './types.ts';

type Places = Pick<LabOptions, 'cache' | 'state'>;

/** Paths of what all hosts share. */
export function labPaths({ cache, state }: Places) {
  return {
    images: join(cache, 'image'),
    apt: join(cache, 'apt'),
    debs: join(cache, 'debs'),
    key: join(state, 'id_ed25519'),
    knownHosts: join(state, 'known_hosts'),
    password: join(state, 'operator.password'),
    passwordHash: join(state, 'operator.hash'),
    gnupg: join(state, 'gnupg'),
    kubernetesKey: join(state, 'kubernetes.asc'),
    seeds: join(state, 'seed'),
    repository: join(state, 'repository'),
    registry: join(state, 'registry'),
    files: join(state, 'www'),
    nameserver: join(state, 'nameserver'),
    inotify: join(state, 'inotify.json'),
    server: join(state, 'server.json'),
    serverLog: join(state, 'server.log'),
    lock: join(state, 'lock'),
    hosts: join(state, 'hosts'),
  };
}

/** Paths of one host. */
export function hostPaths(places: Places, name: string) {
  const base = join(labPaths(places).hosts, name);
  return {
    base,
    /** Host keys and machine id: they survive a reset, so known_hosts stays valid. */
    seed: join(base, 'seed'),
    upper: join(base, 'upper'),
    work: join(base, 'work'),
    root: join(base, 'root'),
    bound: join(base, 'bound'),
    console: join(base, 'console.log'),
    forwardLog: join(base, 'forward.log'),
    record: join(base, 'host.json'),
    /** The layers below the writable one. */
    layers: join(base, 'layers.json'),
  };
}
