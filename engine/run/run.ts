import { dirname, resolve } from 'node:path';
import pLimit from 'p-limit';
import { factShapes } from '../facts/facts.ts';
import { loadInventory } from '../inventory/load.ts';
import type { Inventory } from '../inventory/types.ts';
import { TaskFailure } from '../module/failure.ts';
import type { AnyModule } from '../module/module.ts';
import { checkDelegates } from '../playbook/delegates.ts';
import { lintPlaybook } from '../playbook/lint/lint.ts';
import { checkTags } from '../playbook/lint/names.ts';
import { loadPlaybook } from '../playbook/parse.ts';
import { startingAt } from '../playbook/start-at.ts';
import type { Play, Playbook } from '../playbook/types.ts';
import { answerPrompts } from '../playbook/vars-prompt.ts';
import { withOwnModules } from '../project/modules.ts';
import { type Diagnostic, Diagnostics, InvalidInput } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import type { SourceNode } from '../source/node.ts';
import { Connections } from '../transport/pool.ts';
import { InventoryValues } from '../variables/inventory-values.ts';
import type { HostMemory } from '../variables/scope.ts';
import { Vault } from '../vault/vault.ts';
import { LiveInventory } from './dynamic-inventory.ts';
import type { Emit, HostCounts } from './events/event.ts';
import { Profile } from './events/profile.ts';
import { maskEvent } from './events/redact.ts';
import { growthOf } from './growth.ts';
import { connectAhead } from './host/connect-ahead.ts';
import { reachOver } from './host/connector.ts';
import { Lookahead } from './host/prefetch.ts';
import { Fleet, HostState } from './host/state.ts';
import { type Chosen, checkLimit, chooseHosts, namesOf } from './hosts.ts';
import { Journal } from './play/pending-handlers.ts';
import { runPlay } from './play/play.ts';
import { checkTerms } from './play/settings.ts';
import type { Guard } from './policy.ts';
import type { Confirm, RunContext, RunOptions } from './types.ts';

/** What to run, on what. Paths are relative to the current folder or absolute. */
export interface RunRequest {
  readonly playbooks: readonly string[];
  /** Playbooks among them that stand in no file, by absolute path: those of the command line. */
  readonly written?: ReadonlyMap<string, SourceNode>;
  readonly inventories: readonly string[];
  /** Host patterns as --limit takes them; of several, the hosts of any. */
  readonly limit?: string | readonly string[];
  readonly extra: ReadonlyMap<string, unknown>;
  /** With the passwords that were given; without it nothing can be decrypted. */
  readonly vault?: Vault;
  /** The modules that tsplay brings; those of the project's own are found beside the playbooks. */
  readonly modules: ReadonlyMap<string, AnyModule>;
  readonly options: RunOptions;
  readonly confirm?: Confirm;
  readonly guard?: Guard;
  /** Warnings are errors. */
  readonly strict?: boolean;
  /** The folder where handlers that have not run wait for the next run; without it they are forgotten. */
  readonly journal?: string;
}

/** All that has been read and checked, before any host is touched. */
export interface Prepared {
  readonly inventory: Inventory;
  readonly playbook: Playbook;
  /** The hosts of each play, in inventory order, --limit applied. */
  readonly hosts: ReadonlyMap<Play, readonly string[]>;
  readonly warnings: readonly Diagnostic[];
  readonly vault: Vault;
}

/** Reads and checks everything that a run would use. Throws InvalidInput with all that is wrong. */
export async function prepare(request: RunRequest): Promise<Prepared> {
  const diagnostics = new Diagnostics({ strict: request.strict ?? false });
  const vault = request.vault ?? new Vault();
  const inventory = await readInventory(request, vault, diagnostics);
  // Without an inventory all that names hosts, or variables of theirs, would look wrong.
  const without = request.inventories.length === 0 || (diagnostics.hasErrors && inventory.hosts.size === 0);
  const known = await withOwnModules(foldersOf(request), request.modules, diagnostics, vault.inputs);
  const playbook = await loadPlaybook(request.playbooks, known, diagnostics, vault, request.extra, request.written);
  const values = new InventoryValues(inventory);
  const { options, extra, limit } = request;
  const growth = growthOf(playbook);
  const choice = { limit, extra, mayAppear: growth.mayAppear };
  const hosts = without ? new Map<Play, Chosen>() : chooseHosts(playbook.plays, inventory, choice, diagnostics);
  checkLimit(choice, hosts, growth.grows, diagnostics);
  const names = without ? {} : { inventory: namesOf(inventory, hosts, growth.grows, values) };
  checkTerms(playbook.plays, extra, diagnostics);
  lintPlaybook(
    playbook,
    { ...names, extra: new Set(extra.keys()), facts: factShapes, become: options.become },
    diagnostics,
  );
  values.useForReaching(new Set([...hosts.values()].flatMap(({ all }) => all)));
  values.tell(diagnostics);
  if (!without) checkDelegates(playbook, inventory.hosts, growth.mayAppear, diagnostics);
  checkTags(playbook, [...request.options.tags, ...request.options.skipTags], diagnostics);
  const plays = startingAt(playbook.plays, options, diagnostics);
  if (diagnostics.hasErrors) throw new InvalidInput(vault.secrets.diagnostics(diagnostics.all));
  const whole = playbook.plays.slice(-plays.length);
  return {
    inventory,
    playbook,
    hosts: new Map(plays.map((play, i) => [play, hosts.get(whole[i]!)?.limited ?? []])),
    warnings: vault.secrets.diagnostics(diagnostics.all),
    vault,
  };
}

function foldersOf({ playbooks }: RunRequest): readonly string[] {
  return playbooks.map((file) => dirname(resolve(file)));
}

function readInventory(request: RunRequest, vault: Vault, diagnostics: Diagnostics): Promise<Inventory> {
  return loadInventory(request.inventories, diagnostics, foldersOf(request), vault);
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
  const { playbook, inventory, vault } = prepared;
  await answerPrompts(playbook, request.extra, (text) => vault.secrets.add(text));
  const connections = new Connections();
  const profile = request.options.profile ? new Profile() : undefined;
  emit({ event: 'run-start', playbook: playbook.file, check: request.options.check, version });
  const context = contextOf(prepared, request, connections, profile, emit, signal);
  const { grows, mayAppear } = growthOf(playbook);
  const mayHave = (name: string): boolean =>
    inventory.hosts.has(name) || inventory.localhost(name) !== undefined || mayAppear(name);
  context.journal.dropMissing(playbook.plays, mayHave);
  const involved = new Set<string>();
  try {
    for (const [play, found] of prepared.hosts) {
      const names = grows || context.inventory.changed ? hostsNow(play, context, request) : found;
      for (const name of names) involved.add(name);
      void connectAhead(context, play);
      if (signal.aborted || !(await runPlay(context, play, names))) break;
    }
  } catch (error) {
    throw vault.secrets.error(error); // a bug, and its words and stack will be shown
  } finally {
    context.journal.close();
    await connections.closeAll();
  }
  const counts = [...involved].map((name): [string, HostCounts] => [name, context.state(name).counts]);
  const exit = signal.aborted
    ? 130
    : exitCode(
        counts.map(([, c]) => c),
        request.options.detailedExitcode ?? false,
      );
  const { roundTrips } = connections;
  const hosts = Object.fromEntries(counts);
  emit({ event: 'recap', hosts, exit, roundTrips, ...(profile && { profile: profile.summary() }) });
  return exit;
}

/** The hosts of a play in the inventory as the run has made it. What matches nothing now is told: hosts have been touched. */
function hostsNow(play: Play, { world, emit }: RunContext, { limit, extra }: RunRequest): readonly string[] {
  const diagnostics = new Diagnostics();
  const chosen = chooseHosts([play], world.inventory, { limit, extra, mayAppear: () => false }, diagnostics);
  for (const { message } of diagnostics.errors) emit({ event: 'warning', message: `play '${play.name}': ${message}` });
  return chosen.get(play)?.limited ?? [];
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
  profile: Profile | undefined,
  emit: Emit,
  signal: AbortSignal,
): RunContext {
  const { playbook } = prepared;
  const { options } = request;
  const states = new Map<string, HostState>();
  const fleet = new Fleet();
  const state = (name: string): HostState => {
    const known = states.get(name);
    if (known) return known;
    const { inventory } = world;
    const host = inventory.hosts.get(name) ?? inventory.localhost(name);
    if (!host)
      throw new TaskFailure(`the inventory has no host '${name}'`, {
        hint: suggest(name, inventory.hosts.keys()) ?? 'add it to the inventory',
      });
    const made = new HostState(host, fleet);
    states.set(name, made);
    return made;
  };
  const { vault } = prepared;
  const { secrets } = vault;
  for (const password of [options.becomePassword, options.connectionPassword])
    if (password !== undefined) secrets.add(password);
  const masked: Emit = (event) => emit(maskEvent(event, secrets));
  const world: RunContext['world'] = {
    inventory: prepared.inventory,
    playbookDirectory: dirname(resolve(playbook.file)),
    extra: request.extra,
    checkMode: options.check,
    diffMode: false,
    memory: (name): HostMemory => state(name),
    playHosts: [],
    batch: [],
    playEnded: false,
  };
  const context: RunContext = {
    options,
    emit: masked,
    vault,
    secrets,
    signal,
    journal: new Journal(request.journal, request, !options.check, masked),
    inventory: new LiveInventory(world, states, (diagnostics) => readInventory(request, vault, diagnostics)),
    limit: pLimit(options.forks),
    ahead: new Lookahead(() => context, prepared.hosts, options),
    ...(request.confirm && { confirm: request.confirm }),
    ...(request.guard && { guard: request.guard }),
    state,
    world,
    reach: reachOver(connections, profile, { emit: masked, options, signal }),
  };
  return context;
}
