import type { Template } from '../../expressions/types.ts';
import { TaskFailure } from '../../module/failure.ts';
import { UnknownValue } from '../../module/unknown.ts';
import type { Play, Task } from '../../playbook/types.ts';
import { becomeOf } from '../../transport/target.ts';
import { type Become, loginOf, type Target } from '../../transport/types.ts';
import { HostScope, NeededFacts } from '../../variables/scope.ts';
import { targetFor } from '../host/connector.ts';
import type { Footing } from '../host/session.ts';
import type { HostState } from '../host/state.ts';
import type { RunContext } from '../types.ts';
import { isQuiet } from './report.ts';

/**
 * How a task (or, without one, the play) stands on a host. `scope` is that of the host the task is for, which is not
 * the host it runs on where the task is delegated: settings are its, connection variables are those of the host it runs on.
 */
export function footingOf(
  run: RunContext,
  play: Play,
  task: Task | undefined,
  state: HostState,
  scope?: HostScope,
): Footing {
  const settings = task?.settings ?? play.settings;
  const world = scope?.inside.world ?? run.world;
  const own = new HostScope(world, state.host, scope?.needed ?? new NeededFacts(), play, task);
  const value = (template: Template | undefined): unknown => template?.evaluate(scope ?? own);
  /** Facts are read without what the play's environment takes from facts. */
  const known = (template: Template): unknown => {
    try {
      return value(template);
    } catch (error) {
      if (error instanceof UnknownValue) return undefined;
      throw error;
    }
  };
  let reached: Target | undefined;
  const target = (): Target => (reached ??= targetFor(run, state, settings, own, value));
  const checkMode = value(settings.checkMode);
  const timeout = value(settings.timeoutSeconds);
  const footing: Footing = {
    state,
    become: becomeFor(run, value, settings, own),
    checkMode: typeof checkMode === 'boolean' ? checkMode : run.options.check,
    environment: environmentOf(settings.environment.map(task ? value : known)),
    timeoutSeconds: typeof timeout === 'number' ? timeout : undefined,
    login: () => loginOf(target()),
    connection: async () => run.reach.connect(state, target(), isQuiet(settings, scope ?? own)),
    reconnect: async (seconds) => run.reach.reconnect(target(), seconds),
    secret: (text) => run.secrets.add(text),
    barred: () => run.guard?.barred?.(state.name)?.message,
    on: (host) => ({ ...footingOf(run, play, task, run.state(host), scope ?? own), checkMode: footing.checkMode }),
  };
  return footing;
}

function becomeFor(
  run: RunContext,
  value: (t: Template | undefined) => unknown,
  settings: Play['settings'],
  own: HostScope,
): Become | undefined {
  const { options } = run;
  const become = becomeOf(
    {
      become: value(settings.become) ?? options.become,
      user: value(settings.becomeUser) ?? options.becomeUser,
      method: value(settings.becomeMethod) ?? options.becomeMethod,
      flags: value(settings.becomeFlags),
      password: options.becomePassword,
    },
    (name) => own.lookup(name),
  );
  if (become?.password !== undefined) run.secrets.add(become.password);
  return become;
}

function environmentOf(layers: readonly unknown[]): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const layer of layers) {
    if (layer === undefined || layer === null) continue;
    if (typeof layer !== 'object' || Array.isArray(layer))
      throw new TaskFailure('environment must be a map of names to text');
    for (const [name, text] of Object.entries(layer)) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
        throw new TaskFailure(`'${name}' cannot be the name of an environment variable`);
      environment[name] = String(text);
    }
  }
  return environment;
}
