import { facts as factTable } from '../../facts/facts.ts';
import type { Host } from '../../inventory/types.ts';
import { Unknown } from '../../module/unknown.ts';
import type { Handler, Task, VariableLayer } from '../../playbook/types.ts';
import type { HostCounts, Result } from '../events/event.ts';
import { markResult } from '../events/mark-result.ts';
import { reasonOf, registered } from '../task/result.ts';
import type {
  CommitOptions,
  HostState,
  HostStatus,
  Position,
  Reported,
  Run,
  TaskResult,
  TaskSettings,
} from '../types.ts';
import { Predictions } from './predictions.ts';
import type { CachedRead, SharedHosts } from './shared.ts';

/** What committing a result needs of the run. */
export type Commits = Pick<Run, 'emit' | 'policy' | 'pending' | 'options' | 'host' | 'secrets'>;

export class RunHost implements HostState {
  host: Host;
  #status: HostStatus = 'active';
  #refused = false;
  readonly variables = new Map<string, unknown>();
  readonly given = new Set<string>();
  readonly facts = new Map<string, unknown>();
  readonly cache = new Map<string, CachedRead>();
  readonly prefetched = { upTo: 0, at: 0, changes: 0, window: Number.POSITIVE_INFINITY };
  changes = 0;
  readonly shared: SharedHosts;
  readonly #commits: Commits;
  #machine: string | undefined;
  predictions: Predictions;
  readonly included: VariableLayer[] = [];
  readonly published: { readonly roleDefaults: VariableLayer[]; readonly vars: VariableLayer[] } = {
    roleDefaults: [],
    vars: [],
  };
  readonly handlers: HostState['handlers'] = new Map();
  readonly rolesRun = new Set<string>();
  readonly notified = new Map<Handler, 'changed' | Unknown>();
  latest: HostState['latest'];
  readonly counts: HostCounts = {
    ok: 0,
    changed: 0,
    skipped: 0,
    failed: 0,
    unreachable: 0,
    rescued: 0,
    ignored: 0,
    unknown: 0,
  };

  constructor(host: Host, shared: SharedHosts, commits: Commits) {
    this.host = host;
    this.shared = shared;
    this.#commits = commits;
    this.predictions = new Predictions(shared.predicted);
  }

  get name(): string {
    return this.host.name;
  }

  get status(): HostStatus {
    return this.#status;
  }

  get isLost(): boolean {
    return this.#status === 'failed' || this.#status === 'unreachable';
  }

  get inPlay(): boolean {
    return this.#status === 'active';
  }

  get refused(): boolean {
    return this.#refused;
  }

  changeStatus(to: HostStatus): void {
    this.#status = to;
  }

  commit(at: Position, task: Reported, settings: TaskSettings, result: TaskResult, how: CommitOptions): void {
    this.commitItem(at, task, settings, result, how);
    this.commitLoop(at, task, result, registered(result));
  }

  commitItem(at: Position, task: Reported, settings: TaskSettings, result: TaskResult, how: CommitOptions): void {
    markResult(result, settings.noLog, this.#commits.secrets);
    this.#emit(at, task, settings, result, how);
    const owner = settings.delegateFacts ? this.#delegate(settings) : this;
    for (const [name, value] of Object.entries(result.facts ?? {})) owner.#learn(name, value, result);
    if (result.status === 'unknown' && task.module.setsVariables)
      for (const name of task.args?.keys() ?? []) owner.variables.set(name, new Unknown(reasonOf(result)));
    this.#include(task, result);
    for (const handler of result.notify ?? []) this.#notify(at, task, handler, result);
  }

  commitLoop(at: Position, task: Reported, result: TaskResult, value: unknown): void {
    this.latest = { place: task.place, status: result.status };
    if (task.register !== undefined) this.#learn(task.register, value, result);
    if (result.status === 'changed') this.prefetched.window = 1;
    if (result.ignored) {
      this.counts.ignored++;
      if (result.status === 'failed') this.counts.ok++;
    } else if (result.status === 'failed') {
      this.counts[at.rescuable && !result.refused ? 'rescued' : 'failed']++;
      this.#refused ||= result.refused === true;
      this.variables.set('failed_task', { name: task.name, action: task.module.name });
      this.variables.set('failed_result', value);
      this.changeStatus('failed');
    } else {
      if (result.status === 'changed') this.counts.ok++; // as in Ansible, a changed task is an ok one as well
      this.counts[result.status]++;
      if (result.status === 'unreachable') this.changeStatus('unreachable');
    }
    this.#commits.pending.passed(at, task, this, result.status === 'unreachable');
  }

  adopt(task: Task, from: HostState, settings: TaskSettings, result: TaskResult): void {
    if (task.register !== undefined) this.#learn(task.register, from.variables.get(task.register), result);
    if (!settings.delegateFacts)
      for (const [name, value] of Object.entries(result.facts ?? {})) this.#learn(name, value, result);
    this.#include(task, result);
  }

  failLike(others: readonly HostState[]): void {
    const failed = others.find(({ status }) => status === 'failed');
    for (const name of failed ? ['failed_task', 'failed_result'] : [])
      this.variables.set(name, failed!.variables.get(name));
    this.changeStatus('failed');
  }

  /** The play is over, and with it what roles brought into it. */
  forgetRoles(): void {
    this.handlers.clear();
    this.rolesRun.clear();
    this.published.roleDefaults.length = 0;
    this.published.vars.length = 0;
  }

  /** Called with each connection: two hosts may be one machine. */
  reachedAt(machine: string): void {
    if (this.#machine === machine) return;
    this.#machine = machine;
    this.shared.settle(this, machine);
  }

  forget(): void {
    this.shared.forget(this.#machine);
    if (this.#machine === undefined) this.forgetReads();
  }

  forgetReads(): void {
    this.changes++;
    this.cache.clear();
    for (const name of this.facts.keys()) if (!factTable.get(name)?.stable) this.facts.delete(name);
  }

  #learn(name: string, value: unknown, { given }: TaskResult): void {
    this.variables.set(name, value);
    if (given) this.given.add(name);
    else this.given.delete(name);
  }

  /** The event, with no more in it than no_log and diff allow. */
  #emit(at: Position, task: Reported, settings: TaskSettings, result: TaskResult, how: CommitOptions): void {
    const { policy, emit, options } = this.#commits;
    const { message, warnings, failure, differences } = result;
    const { noLog: quiet, delegateTo, diff } = settings;
    const { loop, occurrence } = how;
    const open = {
      ...(message !== undefined && { message }),
      ...(warnings && { warnings }),
      ...(failure && { failure }),
      ...(loop && { item: loop.item }),
      ...(options.returned && result.result && { returned: result.result }),
    };
    const rescued = result.status === 'failed' && at.rescuable && !result.ignored && !result.refused;
    const event: Result = {
      event: 'result',
      play: at.play.name,
      task: at.title ?? task.name,
      ...(task.role && { role: task.role.name }),
      module: task.module.name,
      host: this.name,
      status: result.status,
      ...(at.handler && { handler: true as const }),
      ...(result.ignored && { ignored: true as const }),
      ...(rescued && { rescued: true as const }),
      ...(delegateTo !== undefined && { delegatedTo: delegateTo }),
      differences: quiet ? [] : differences.map((d) => (diff === false ? { what: d.what, from: null, to: null } : d)),
      ...(diff !== undefined && { diff }),
      ...(quiet ? { message: 'hidden by no_log', ...(loop && { item: 'hidden by no_log' }) } : open),
      place: task.place,
      milliseconds: Math.round(performance.now() - how.started),
    };
    policy?.reported?.(event, result, { occurrence, role: task.role?.name, quiet });
    emit(event);
  }

  #delegate({ delegateTo }: TaskSettings): RunHost {
    return delegateTo === undefined ? this : (this.#commits.host(delegateTo) as RunHost);
  }

  /** Where it is unknown which files an include_vars would read, all variables that they define are unknown. */
  #include(task: Pick<Reported, 'variableFiles'>, result: TaskResult): void {
    if (result.variables) this.included.push(result.variables);
    if (result.status === 'unknown')
      for (const layer of task.variableFiles?.layers ?? []) this.included.push(unknownLayer(layer, reasonOf(result)));
  }

  #notify(at: Position, task: Reported, handler: Handler, result: TaskResult): void {
    const changed = result.status === 'changed';
    this.notified.set(handler, changed ? 'changed' : (this.notified.get(handler) ?? new Unknown(reasonOf(result))));
    if (changed) this.#commits.pending.notified(at, handler, this.name, task);
  }
}

function unknownLayer({ origin, variables }: VariableLayer, reason: string): VariableLayer {
  const value = new Unknown(reason);
  return {
    origin,
    variables: new Map(
      [...variables].map(([name, variable]) => [
        name,
        { ...variable, value: { ...variable.value, evaluate: () => value } },
      ]),
    ),
  };
}
