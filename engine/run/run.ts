import { dirname, resolve } from 'node:path';
import pLimit from 'p-limit';
import { TaskFailure } from '../module/failure.ts';
import type { Play } from '../playbook/types.ts';
import { answerPrompts } from '../playbook/vars-prompt.ts';
import { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import { Connections } from '../transport/pool.ts';
import { LiveInventory } from './dynamic-inventory.ts';
import type { Emit, HostCounts, PendingHandler } from './events/event.ts';
import { Profile } from './events/profile.ts';
import { maskEvent } from './events/redact.ts';
import { growthOf } from './growth.ts';
import { connectAhead, connectorOver } from './host/connector.ts';
import { CheckPrefetch } from './host/prefetch.ts';
import { SharedHosts } from './host/shared.ts';
import { RunHost } from './host/state.ts';
import { chooseHosts } from './hosts.ts';
import { PendingFiles } from './play/pending-files.ts';
import { PendingHandlerFile } from './play/pending-handlers.ts';
import { runPlay } from './play/play.ts';
import { type Prepared, prepare, type RunRequest, readInventory } from './prepare.ts';
import { Interrupted, shared } from './task/deadline.ts';
import type { Run } from './types.ts';

/** Prepares a run and executes it. Throws InvalidInput before any host is touched. */
export async function prepareAndExecute(
  request: RunRequest,
  version: string,
  emit: Emit,
  interrupt: AbortSignal,
): Promise<number> {
  return execute(await prepare(request), request, version, emit, interrupt);
}

/**
 * Executes what was prepared, and emits what happens as events. Returns the exit code. `interrupt`: see Run.signal.
 */
export async function execute(
  prepared: Prepared,
  request: RunRequest,
  version: string,
  emit: Emit,
  interrupt: AbortSignal,
): Promise<number> {
  const { playbook, vault } = prepared;
  await answerPrompts(playbook, request.extra, (text) => vault.secrets.add(text));
  const connections = new Connections();
  const profile = request.options.profile ? new Profile() : undefined;
  emit({ event: 'run-start', playbook: playbook.file, check: request.options.check, version });
  const interruption = interruptionOf(interrupt);
  const { signal } = interruption;
  const { run: context, pending } = runOf(prepared, request, connections, profile, emit, signal);
  const involved = new Set<string>();
  const ahead: Promise<void>[] = [];
  let left: readonly PendingHandler[] = [];
  try {
    dropMissing(pending, prepared);
    const { grows } = growthOf(playbook);
    for (const [play, found] of prepared.hosts) {
      const names = grows || context.inventory.changed ? hostsNow(play, context, request) : found;
      for (const name of names) involved.add(name);
      ahead.push(connectAhead(context, play).catch(() => undefined));
      if (signal.aborted || !(await runPlay(context, play, names, pending))) break;
    }
  } catch (error) {
    throw vault.secrets.error(error); // a bug, and its message and stack will be shown
  } finally {
    interruption.release();
    try {
      left = pending.close();
    } finally {
      await connections.closeAll();
      await Promise.all(ahead);
    }
  }
  const counts = [...involved].map((name): [string, HostCounts] => [name, context.host(name).counts]);
  const exit = signal.aborted
    ? 130
    : exitCode(
        counts.map(([, c]) => c),
        request.options.detailedExitcode ?? false,
      );
  const { roundTrips } = connections;
  const hosts = Object.fromEntries(counts);
  emit({
    event: 'recap',
    hosts,
    exit,
    roundTrips,
    ...(signal.aborted && { interrupted: [...involved].filter((name) => !context.host(name).isLost) }),
    ...(left.length > 0 && { pending: vault.secrets.value(left) }),
    ...(profile && { profile: profile.summary() }),
  });
  return exit;
}

/** The caller's signal with a reason that results can show. */
function interruptionOf(interrupt: AbortSignal): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Interrupted());
  if (interrupt.aborted) abort();
  interrupt.addEventListener('abort', abort, { once: true });
  return { signal: shared(controller.signal), release: () => interrupt.removeEventListener('abort', abort) };
}

function dropMissing(pending: PendingHandlerFile, { playbook, inventory }: Prepared): void {
  const { mayAppear } = growthOf(playbook);
  pending.dropMissing(
    (name) => inventory.hosts.has(name) || inventory.localhost(name) !== undefined || mayAppear(name),
  );
}

/** The hosts of a play in the inventory as the run has made it. A pattern that matches nothing now is only a warning: hosts have been touched. */
function hostsNow(play: Play, { state, emit }: Run, { limit, extra }: RunRequest): readonly string[] {
  const diagnostics = new Diagnostics();
  const chosen = chooseHosts([play], state.inventory, { limit, extra, mayAppear: () => false }, diagnostics);
  for (const { message } of diagnostics.errors) emit({ event: 'warning', message: `play '${play.name}': ${message}` });
  return chosen.get(play)?.limited ?? [];
}

/** 2: a host failed; 4: one could not be reached; 6: both; 3, if requested: something changed. */
function exitCode(counts: readonly HostCounts[], detailed: boolean): number {
  const exit = (counts.some((c) => c.failed > 0) ? 2 : 0) + (counts.some((c) => c.unreachable > 0) ? 4 : 0);
  return exit === 0 && detailed && counts.some((c) => c.changed > 0 || c.unknown > 0) ? 3 : exit;
}

function runOf(
  prepared: Prepared,
  request: RunRequest,
  connections: Connections,
  profile: Profile | undefined,
  emit: Emit,
  signal: AbortSignal,
): { readonly run: Run; readonly pending: PendingHandlerFile } {
  const { playbook, vault } = prepared;
  const { secrets } = vault;
  const { options } = request;
  for (const password of [options.becomePassword, options.connectionPassword])
    if (password !== undefined) secrets.add(password);
  const masked: Emit = (event) => emit(maskEvent(event, secrets));
  const hosts = new Map<string, RunHost>();
  const sharedHosts = new SharedHosts();
  const host = (name: string): RunHost => {
    const known = hosts.get(name);
    if (known) return known;
    const { inventory } = state;
    const found = inventory.hosts.get(name) ?? inventory.localhost(name);
    if (!found)
      throw new TaskFailure(`the inventory has no host '${name}'`, {
        hint: suggest(name, inventory.hosts.keys()) ?? 'add it to the inventory',
      });
    const made = new RunHost(found, sharedHosts, run);
    hosts.set(name, made);
    return made;
  };
  const state: Run['state'] = {
    inventory: prepared.inventory,
    playbookDirectory: dirname(resolve(playbook.file)),
    extra: request.extra,
    checkMode: options.check,
    diffMode: options.diff ?? false,
    memory: host,
    derived: (inputs, result) => secrets.derive(inputs, result),
    playHosts: [],
    batch: [],
    playEnded: false,
  };
  const files = request.journal === undefined ? undefined : new PendingFiles(request.journal, request);
  const pending = new PendingHandlerFile(files, playbook.plays, options, masked);
  const run: Run = {
    options,
    state,
    emit: masked,
    vault,
    secrets,
    signal,
    pending,
    inventory: new LiveInventory(state, hosts, (diagnostics) => readInventory(request, vault, diagnostics)),
    limit: pLimit(options.forks),
    throttles: new Map(),
    prefetch: new CheckPrefetch(() => run, prepared.hosts, options),
    ...(request.confirm && { confirm: request.confirm }),
    ...(request.ready && { ready: request.ready }),
    ...(request.policy && { policy: request.policy }),
    host,
    connector: connectorOver(connections, profile, { emit: masked, options }),
  };
  return { run, pending };
}
