import { dirname, resolve } from 'node:path';
import pLimit from 'p-limit';
import { Connections } from './connection/pool.ts';
import { targetOf } from './connection/target.ts';
import type { Connection, Target } from './connection/types.ts';
import { TaskFailure } from './contract/failure.ts';
import type { AnyModule } from './contract/module.ts';
import type { RunContext, RunOptions } from './execute/context.ts';
import type { Emit, HostCounts } from './execute/event.ts';
import { HostState } from './execute/host.ts';
import { runPlay } from './execute/play.ts';
import { Secrets } from './execute/secrets.ts';
import { loadInventory } from './inventory/load.ts';
import { selectHosts } from './inventory/select.ts';
import type { Host, Inventory } from './inventory/types.ts';
import { facts } from './plan/facts.ts';
import { compileSetting, type HostMemory, HostScope, NeededFacts } from './plan/scope.ts';
import { checkDelegates } from './playbook/delegates.ts';
import { checkTags, lintPlaybook } from './playbook/lint.ts';
import { loadPlaybook } from './playbook/parse.ts';
import type { Play, Playbook, Task } from './playbook/types.ts';
import { type Diagnostic, Diagnostics, InvalidInput } from './source/diagnostic.ts';
import { suggest } from './source/nearest.ts';

/** What to run, on what. Paths are relative to the current folder or absolute. */
export interface RunRequest {
  readonly playbooks: readonly string[];
  readonly inventories: readonly string[];
  readonly limit?: string;
  readonly extra: ReadonlyMap<string, unknown>;
  readonly modules: ReadonlyMap<string, AnyModule>;
  readonly options: RunOptions;
}

/** All that has been read and checked, before any host is touched. */
export interface Prepared {
  readonly inventory: Inventory;
  readonly playbook: Playbook;
  /** The hosts of each play, in inventory order, --limit applied. */
  readonly hosts: ReadonlyMap<Play, readonly string[]>;
  readonly warnings: readonly Diagnostic[];
}

/** Reads and checks everything that a run would use. Throws InvalidInput with all that is wrong. */
export async function prepare(request: RunRequest): Promise<Prepared> {
  const diagnostics = new Diagnostics();
  const inventory = await loadInventory(request.inventories, diagnostics);
  // Without an inventory all that names hosts, or variables of theirs, would look wrong.
  const lost = diagnostics.hasErrors && inventory.hosts.size === 0;
  const playbook = await loadPlaybook(request.playbooks, request.modules, diagnostics);
  for (const host of inventory.hosts.values())
    for (const setting of host.settings) compileSetting(setting.value, diagnostics);
  const hosts = lost ? new Map<Play, Chosen>() : chooseHosts(playbook, inventory, request, diagnostics);
  // What the hosts of the pattern define, whether or not --limit leaves them in.
  const inventoryNames = (play: Play): Set<string> =>
    new Set(hosts.get(play)?.all.flatMap((name) => inventory.hosts.get(name)?.settings.map((s) => s.name) ?? []));
  if (!lost) {
    const knownVariables = (play: Play): string[] => [...inventoryNames(play), ...request.extra.keys()];
    lintPlaybook(playbook, { knownVariables, facts: new Set(facts.keys()) }, diagnostics);
    checkDelegates(playbook, inventory.hosts, diagnostics);
  }
  checkTags(playbook, [...request.options.tags, ...request.options.skipTags], diagnostics);
  if (diagnostics.hasErrors) throw new InvalidInput(diagnostics.all);
  return {
    inventory,
    playbook,
    hosts: new Map([...hosts].map(([play, { limited }]) => [play, limited])),
    warnings: diagnostics.all,
  };
}

/** The hosts that a play's pattern means, and those of them that --limit leaves. */
interface Chosen {
  readonly all: readonly string[];
  readonly limited: readonly string[];
}

function chooseHosts(
  playbook: Playbook,
  inventory: Inventory,
  request: RunRequest,
  diagnostics: Diagnostics,
): Map<Play, Chosen> {
  const limit = request.limit === undefined ? undefined : new Set(limitedTo(request.limit, inventory, diagnostics));
  const hosts = new Map<Play, Chosen>();
  const fromExtra = { lookup: (name: string) => request.extra.get(name), names: () => request.extra.keys() };
  for (const play of playbook.plays) {
    try {
      const pattern = String(play.hosts.evaluate(fromExtra));
      const all = selectHosts(inventory, pattern, play.hosts.place, diagnostics);
      hosts.set(play, { all, limited: limit ? all.filter((name) => limit.has(name)) : all });
    } catch (error) {
      diagnostics.error(
        'play-hosts',
        play.hosts.place,
        (error as Error).message,
        'the hosts of a play may use extra vars (-e) only',
      );
    }
  }
  return hosts;
}

/** The hosts that --limit leaves; there is no place in a file to show, so what is wrong names the option. */
function limitedTo(pattern: string, inventory: Inventory, diagnostics: Diagnostics): readonly string[] {
  const own = new Diagnostics();
  const hosts = selectHosts(inventory, pattern, undefined, own);
  for (const { code, place, message, hint } of own.all) diagnostics.error(code, place, `--limit: ${message}`, hint);
  return hosts;
}

/** Runs a playbook and tells what happens as events. Returns the exit code; throws InvalidInput before any host is touched. */
export async function run(request: RunRequest, version: string, emit: Emit, signal: AbortSignal): Promise<number> {
  return execute(await prepare(request), request, version, emit, signal);
}

/** Executes what was prepared. */
export async function execute(
  prepared: Prepared,
  request: RunRequest,
  version: string,
  emit: Emit,
  signal: AbortSignal,
): Promise<number> {
  const connections = new Connections();
  const context = contextOf(prepared, request, connections, emit, signal);
  emit({ event: 'run-start', playbook: prepared.playbook.file, check: request.options.check, version });
  const involved = new Set<string>();
  try {
    for (const [play, names] of prepared.hosts) {
      for (const name of names) involved.add(name);
      if (signal.aborted || !(await runPlay(context, play, names))) break;
    }
  } finally {
    await connections.closeAll();
  }
  const counts = [...involved].map((name): [string, HostCounts] => [name, context.state(name).counts]);
  const exit = signal.aborted
    ? 130
    : exitCode(
        counts.map(([, c]) => c),
        request.options.detailedExitcode ?? false,
      );
  emit({ event: 'recap', hosts: Object.fromEntries(counts), exit });
  return exit;
}

/** 2: a host failed; 4: one could not be reached; 6: both; 3, where that is asked for: something changed. */
function exitCode(counts: readonly HostCounts[], detailed: boolean): number {
  const exit = (counts.some((c) => c.failed > 0) ? 2 : 0) + (counts.some((c) => c.unreachable > 0) ? 4 : 0);
  return exit === 0 && detailed && counts.some((c) => c.changed > 0 || c.unknown > 0) ? 3 : exit;
}

function contextOf(
  prepared: Prepared,
  request: RunRequest,
  connections: Connections,
  emit: Emit,
  signal: AbortSignal,
): RunContext {
  const { inventory, playbook } = prepared;
  const { options } = request;
  const states = new Map<string, HostState>();
  const state = (name: string): HostState => {
    const known = states.get(name);
    if (known) return known;
    const host = inventory.hosts.get(name) ?? implicitHost(name);
    if (!host)
      throw new TaskFailure(`the inventory has no host '${name}'`, {
        hint: suggest(name, inventory.hosts.keys()) ?? 'add it to the inventory',
      });
    const made = new HostState(host);
    states.set(name, made);
    return made;
  };
  const secrets = new Secrets();
  for (const password of [options.becomePassword, options.connectionPassword])
    if (password !== undefined) secrets.add(password);
  const context: RunContext = {
    options,
    emit,
    secrets,
    signal,
    limit: pLimit(options.forks),
    state,
    world: {
      inventory,
      playbookDirectory: dirname(resolve(playbook.file)),
      extra: request.extra,
      checkMode: options.check,
      diffMode: false,
      memory: (name): HostMemory => state(name),
      playHosts: [],
      batch: [],
    },
    connect: (host, play, task) => connections.get(targetFor(context, host, play, task)),
    reconnect: async (host, play, task, timeoutSeconds) => {
      const target = targetFor(context, host, play, task);
      await (await connections.get(target)).close();
      await connectAgain(connections, target, timeoutSeconds, signal);
    },
  };
  return context;
}

/** `localhost` needs no line in the inventory: it is this machine. */
function implicitHost(name: string): Host | undefined {
  if (!['localhost', '127.0.0.1', '::1'].includes(name)) return undefined;
  return { name, place: { file: 'implicit localhost', line: 1, column: 1 }, groups: [], settings: [] };
}

function targetFor(context: RunContext, host: HostState, play: Play, task: Task | undefined): Target {
  const scope = new HostScope(context.world, host.host, new NeededFacts(), play);
  const settings = task?.settings ?? play.settings;
  const { options } = context;
  const { target, warnings } = targetOf(host.name, (name) => scope.lookup(name), {
    user: settings.remoteUser?.evaluate(scope) ?? options.user,
    port: settings.port?.evaluate(scope),
    connection: settings.connection?.evaluate(scope),
    privateKey: options.privateKey,
    password: options.connectionPassword,
    connectTimeoutSeconds: options.timeoutSeconds,
  });
  for (const warning of warnings) context.emit({ event: 'warning', message: `${host.name}: ${warning}` });
  if (target.password !== undefined) context.secrets.add(target.password);
  return target;
}

async function connectAgain(
  connections: Connections,
  target: Target,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<Connection> {
  const until = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    try {
      const connection = await connections.get(target);
      await connection.shell();
      return connection;
    } catch (error) {
      if (Date.now() >= until || signal.aborted) throw error;
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}
