import { join } from 'node:path';
import { firstFalse } from '../../engine/expressions/condition.ts';
import type { Condition } from '../../engine/expressions/types.ts';
import { prepareArguments } from '../../engine/playbook/arguments/arguments.ts';
import type { Entry, Task } from '../../engine/playbook/types.ts';
import { prepare } from '../../engine/run/prepare.ts';
import { firstProblem, resolveSettings } from '../../engine/run/task/settings.ts';
import { NeededFacts } from '../../engine/variables/needed-facts.ts';
import { HostScope } from '../../engine/variables/scope.ts';
import { Vault } from '../../engine/vault/vault.ts';
import { modules } from '../../modules/index.ts';
import { layOut } from '../run/lay-out.ts';

/** A cluster as data: hosts, what the inventory says, what the hosts are like and what earlier tasks have found. */
export interface Given {
  readonly loadBalancers?: number;
  readonly controlPlanes?: number;
  readonly workers?: number;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly registered?: Readonly<Record<string, unknown>>;
}

/** What a task was given on a host, for each item of its loop; `skipped`: its conditions keep it from running. */
export interface Rendered {
  readonly host: string;
  readonly task: string;
  readonly place: string;
  readonly args: readonly unknown[] | 'skipped';
  readonly environment: Readonly<Record<string, string>>;
}

const registered = {
  preflight_node: { stat: { exists: false } },
  preflight_busy: { stdout: '' },
  preflight_sources: { stdout: '' },
  containerd_sandbox: {},
  containerd_configured: { changed: true },
  containerd_started: { changed: true },
  common_node: { stat: { exists: false } },
  joined: { ready: false },
  health: { table: [] },
  connections: { table: [] },
};

/** Renders every task and every default of ha-cluster.yml for every host, without one. */
export async function render(given: Given): Promise<{ rendered: Rendered[]; values: Map<string, unknown> }> {
  const names = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}${i + 1}`);
  const groups = {
    loadbalancer: names('lb', given.loadBalancers ?? 0),
    control_plane: names('m', given.controlPlanes ?? 1),
    worker: names('w', given.workers ?? 0),
  };
  const all = Object.values(groups).flat();
  const address = (host: string): string => `192.0.2.${10 + all.indexOf(host)}`;
  const hosts = (of: readonly string[]) =>
    Object.fromEntries(of.map((host, i) => [host, { ansible_host: address(host), pod_cidr: `10.244.${i}.0/24` }]));
  const children = Object.fromEntries(Object.entries(groups).map(([group, of]) => [group, { hosts: hosts(of) }]));
  const folder = layOut({
    playbook: '[]',
    inventory: JSON.stringify({ all: { vars: { ansible_user: 'me', ...given.vars }, children } }),
  });
  const {
    playbook,
    inventory,
    vault,
    hosts: chosen,
  } = await prepare({
    playbooks: ['playbooks/ha-cluster.yml'],
    inventories: [join(folder, 'hosts.yml')],
    extra: new Map(),
    modules: new Map(modules.map((module) => [module.name, module])),
    vault: new Vault(),
    options: { check: true, forks: 1, forceHandlers: false, tags: [], skipTags: [], become: false, timeoutSeconds: 1 },
  });
  const memories = new Map(
    all.map((host) => [
      host,
      {
        variables: new Map<string, unknown>(Object.entries({ ...registered, ...given.registered })),
        given: new Set<string>(),
        included: [],
        published: { vars: [], roleDefaults: [] },
        facts: factsOf(address(host), given.facts),
        inPlay: true,
      },
    ]),
  );
  const rendered: Rendered[] = [];
  const values = new Map<string, unknown>();

  for (const play of playbook.plays)
    for (const host of chosen.get(play)!) {
      const state = {
        inventory,
        playbookDirectory: 'playbooks',
        extra: new Map(),
        checkMode: true,
        diffMode: false,
        memory: (name: string) => memories.get(name)!,
        playHosts: all,
        batch: [host],
      };
      for (const { task, conditions } of [...play.sections.flat(), ...play.handlers].flatMap((entry) => tasksOf(entry)))
        rendered.push(
          await one(
            task,
            conditions,
            host,
            new HostScope(state, inventory.hosts.get(host)!, new NeededFacts(), play, task),
          ),
        );
    }
  return { rendered, values };

  async function one(task: Task, conditions: readonly Condition[], host: string, scope: HostScope): Promise<Rendered> {
    const place = `${task.place.file}:${task.place.line}`;
    const at = <T>(value: () => T): T => {
      try {
        return value();
      } catch (error) {
        throw new Error(`${place}: ${String(error)}`, { cause: error });
      }
    };
    for (const name of task.role?.defaults.variables.keys() ?? [])
      values.set(
        `${host}.${name}`,
        at(() => scope.lookup(name)),
      );
    const { settings, problems } = resolveSettings(task, scope);
    if (problems.size > 0) throw new Error(`${place}: ${String(firstProblem({ settings, problems }))}`);
    const found = { host, task: task.name, place, environment: settings.environment };
    const { loop } = task;
    const ofItem = (condition: Condition): boolean =>
      condition.references.some(({ path }) => path[0] === loop?.variable);
    if (
      at(() =>
        firstFalse(
          conditions.filter((condition) => !loop || !ofItem(condition)),
          scope,
        ),
      )
    )
      return { ...found, args: 'skipped' };
    const items = loop ? (at(() => loop.over.evaluate(scope)) as unknown[]) : [undefined];
    const args: unknown[] = [];
    for (const item of items) {
      const inside = loop ? scope.with(new Map([[loop.variable, item]])) : scope;
      args.push(
        await prepareArguments(task, inside, vault).catch((error: unknown) => {
          throw new Error(`${place}: ${String(error)}`, { cause: error });
        }),
      );
    }
    return { ...found, args };
  }
}

function tasksOf(entry: Entry, outer: readonly Condition[] = []): { task: Task; conditions: readonly Condition[] }[] {
  const conditions = [...outer, ...entry.when];
  if (entry.kind === 'task') return [{ task: entry, conditions }];
  if (entry.kind !== 'block') return [];
  return [...entry.block, ...entry.rescue, ...entry.always].flatMap((inner) => tasksOf(inner, conditions));
}

function factsOf(address: string, more: Given['facts']): Map<string, unknown> {
  const facts = {
    os: { id: 'debian', family: 'debian', version: '12', codename: 'bookworm', pretty_name: 'Debian 12' },
    architecture: 'x86_64',
    service_manager: 'systemd',
    cpus: 2,
    memory_mb: 4000,
    cgroup: 'v2',
    kubelet: '',
    containerd: '2.3.7',
    routes: [],
    macs: [],
    addresses: [address],
    interfaces: [
      { name: 'eth0', mtu: 1500, addresses: ['198.51.100.7'] },
      { name: 'eth1', mtu: 1450, addresses: [address] },
    ],
    default_ipv4: { address, interface: 'eth0', gateway: '192.0.2.1' },
    product_uuid: '',
    machine_id: address,
    clock_offset: 0,
    hostname: address,
    ...more,
  };
  return new Map<string, unknown>(Object.entries(facts));
}
