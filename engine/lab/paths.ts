import { join } from 'node:path';
import type { LabOptions } from './types.ts';

type Places = Pick<LabOptions, 'cache' | 'state'>;

/** Where the lab keeps what it shares among hosts. */
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
    server: join(state, 'server.json'),
    serverLog: join(state, 'server.log'),
    lock: join(state, 'lock'),
    hosts: join(state, 'hosts'),
  };
}

/** Where the lab keeps what is one host's own. */
export function hostPaths(places: Places, name: string) {
  const base = join(labPaths(places).hosts, name);
  return {
    base,
    /** Host keys and machine id: they outlive a reset, so known_hosts stays right. */
    seed: join(base, 'seed'),
    upper: join(base, 'upper'),
    work: join(base, 'work'),
    root: join(base, 'root'),
    bound: join(base, 'bound'),
    console: join(base, 'console.log'),
    forwardLog: join(base, 'forward.log'),
    record: join(base, 'host.json'),
    /** The layers that the writable one was begun on. */
    layers: join(base, 'layers.json'),
  };
}
