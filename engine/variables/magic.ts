import { facts } from '../facts/facts.ts';
import type { Host } from '../inventory/types.ts';
import { Unknown } from '../module/unknown.ts';
import { omit } from '../playbook/magic.ts';
import type { MagicSource } from './types.ts';

/** An object whose values are computed when they are read. It has no prototype, so that no name has a special meaning. */
function lazyMap(names: Iterable<string>, get: (name: string) => unknown): object {
  const map = Object.create(null) as object;
  for (const name of names)
    Object.defineProperty(map, name, { enumerable: true, configurable: true, get: () => get(name) });
  return map;
}

/** Exactly the names of playbook/magic.ts, which the static check knows. */
export const magicVariables: ReadonlyMap<string, (from: MagicSource) => unknown> = new Map<
  string,
  (from: MagicSource) => unknown
>([
  ['inventory_hostname', (s) => s.host.name],
  ['inventory_hostname_short', (s) => s.host.name.split('.')[0]],
  ['group_names', (s) => s.host.groups],
  ['groups', (s) => lazyMap(s.state.inventory.groups.keys(), (name) => s.state.inventory.groups.get(name)!.hosts)],
  ['hostvars', (s) => hostVarsOf(s)],
  ['facts', (s) => factsOf(s)],
  ['playbook_dir', (s) => s.state.playbookDirectory],
  ['inventory_file', (s) => s.state.inventory.sources[0]],
  ['inventory_dir', (s) => s.state.inventory.sources[0]?.replace(/\/[^/]*$/, '')],
  ['role_name', (s) => s.entry?.role?.name],
  ['role_path', (s) => s.entry?.role?.path],
  ['play_hosts', (s) => inPlay(s, s.state.batch)],
  ['ansible_play_hosts', (s) => inPlay(s, s.state.playHosts)],
  ['ansible_play_hosts_all', (s) => s.state.playHosts],
  ['ansible_play_batch', (s) => inPlay(s, s.state.batch)],
  ['ansible_check_mode', (s) => s.state.checkMode],
  ['ansible_diff_mode', (s) => s.state.diffMode],
  ['omit', () => omit],
]);

function inPlay(scope: MagicSource, hosts: readonly string[]): readonly string[] {
  return hosts.filter((name) => scope.state.memory(name).inPlay);
}

function hostVarsOf(scope: MagicSource): object {
  const { inventory } = scope.state;
  const known = new Map<Host, object>();
  const variables = (host: Host): object => {
    const made = known.get(host) ?? hostVariables(scope, host);
    known.set(host, made);
    return made;
  };
  const map = lazyMap(inventory.hosts.keys(), (name) => variables(inventory.hosts.get(name)!));
  for (const name of ['localhost', '127.0.0.1', '::1']) {
    const host = inventory.hosts.has(name) ? undefined : inventory.localhost(name);
    // This machine can be named although it is not among the hosts.
    if (host) Object.defineProperty(map, name, { configurable: true, get: () => variables(host) });
  }
  return map;
}

function hostVariables(scope: MagicSource, host: Host): object {
  const other = scope.of(host);
  const hidden = new Set(['hostvars', 'omit']);
  return lazyMap(
    [...new Set(other.names())].filter((n) => !hidden.has(n)),
    (n) => other.lookup(n),
  );
}

function factsOf(scope: MagicSource): object {
  const { state, host } = scope;
  const known = state.memory(host.name).facts;
  return lazyMap(facts.keys(), (name) => {
    if (known.has(name)) {
      const value = known.get(name);
      scope.needed.seen.push({ host: host.name, name, value });
      return value;
    }
    scope.needed.add(host.name, name);
    return new Unknown(`until the fact '${name}' of ${host.name} is read`);
  });
}
