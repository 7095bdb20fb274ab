import pLimit from 'p-limit';
import type { Host, Inventory } from '../inventory/types.ts';
import { settingOf } from '../inventory/variables.ts';
import { Unknown } from '../module/unknown.ts';
import type { Play } from '../playbook/types.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { becomeOf, targetOf } from '../transport/target.ts';
import type { Target, Unreachable } from '../transport/types.ts';
import { NeededFacts } from '../variables/needed-facts.ts';
import { HostScope } from '../variables/scope.ts';
import type { RunState } from '../variables/types.ts';
import type { Chosen } from './hosts.ts';
import type { RunOptions } from './options.ts';

/** Reading the configuration of ssh starts a process for each host. */
const atOnce = 8;

interface Given {
  readonly extra: ReadonlyMap<string, unknown>;
  readonly options: RunOptions;
}

/** Reports hosts that cannot be connected to as their variables ask for. Values that only the run knows are left out. */
export async function checkConnections(
  request: Given,
  inventory: Inventory,
  hosts: ReadonlyMap<Play, Chosen>,
  diagnostics: Diagnostics,
): Promise<void> {
  const limit = pLimit(atOnce);
  const reported = new Set<string>();
  const report = (host: Host, error: unknown) => {
    if (!isUnreachable(error)) throw error;
    const text = error.message.replaceAll(`${host.name}: `, '');
    const setting = variables.find((name) => settingOf(host, name) && text.includes(name)) ?? guess(host, text);
    const place = setting === undefined ? undefined : settingOf(host, setting)?.value.place;
    const message = place ? text : error.message;
    const key = JSON.stringify([message, place]);
    if (!reported.has(key)) diagnostics.error('connection-setting', place, message, error.hint);
    reported.add(key);
  };
  const seen = new Map<string, Play>();
  for (const [play, { limited }] of hosts) for (const name of limited) if (!seen.has(name)) seen.set(name, play);
  await Promise.all(
    [...seen].map(async ([name, play]) => {
      const host = inventory.hosts.get(name) ?? inventory.localhost(name);
      if (!host) return;
      try {
        const lookup = lookupOn(host, play, request, inventory);
        becomeOf({ become: true }, lookup);
        const target = targetOf(name, lookup, defaultsOf(play, request.options));
        if (target.kind !== 'local') await limit(() => checkConfiguration(target));
      } catch (error) {
        report(host, error);
      }
    }),
  );
}

/** By its name: tests may have loaded the class twice. */
function isUnreachable(error: unknown): error is Unreachable {
  return error instanceof Error && error.name === 'Unreachable';
}

/** What ssh says is kept for the connection. */
async function checkConfiguration(target: Target): Promise<void> {
  const { completed } = await import('../transport/ssh/config.ts');
  await completed(target);
}

function defaultsOf({ settings }: Play, { user, privateKey }: RunOptions) {
  const constant = (template: Play['settings']['port']): unknown =>
    template?.constant ? template.evaluate({ lookup: () => undefined, names: () => [] }) : undefined;
  return {
    user: constant(settings.remoteUser) ?? user,
    port: constant(settings.port),
    connection: constant(settings.connection),
    privateKey,
  };
}

/** The variables of a host as far as they are known before the run. */
function lookupOn(host: Host, play: Play, { extra, options }: Given, inventory: Inventory): (name: string) => unknown {
  const state: RunState = {
    inventory,
    playbookDirectory: '',
    extra,
    checkMode: options.check,
    diffMode: options.diff ?? false,
    memory: () => ({
      variables: new Map(),
      included: [],
      given: new Set(),
      published: { roleDefaults: [], vars: [] },
      facts: new Map(),
      inPlay: true,
    }),
    playHosts: [],
    batch: [],
  };
  const scope = new HostScope(state, host, new NeededFacts(), play);
  return (name) => {
    try {
      const value = scope.lookup(name);
      return value instanceof Unknown ? undefined : value;
    } catch {
      return undefined;
    }
  };
}

const variables = [
  'ansible_ssh_common_args',
  'ansible_ssh_extra_args',
  'ansible_ssh_args',
  'ansible_connection',
  'ansible_become_method',
  'ansible_port',
  'ansible_ssh_port',
  'ansible_host',
  'ansible_timeout',
];

/** The variable with a value that the message quotes. */
function guess(host: Host, text: string): string | undefined {
  const quoted = /'([^']*)'/.exec(text)?.[1];
  return host.settings.find(({ name, value }) => {
    if (!name.startsWith('ansible_') || value.kind !== 'scalar' || quoted === undefined) return false;
    return String(value.value) === quoted || (name.endsWith('_args') && String(value.value).includes(quoted));
  })?.name;
}
