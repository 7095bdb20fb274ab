import { UnknownValue } from '../../module/unknown.ts';
import type { Play, Task } from '../../playbook/types.ts';
import { loginOf } from '../../transport/identity.ts';
import { becomeOf, targetOf } from '../../transport/target.ts';
import type { Become, Target } from '../../transport/types.ts';
import { NeededFacts } from '../../variables/needed-facts.ts';
import { HostScope } from '../../variables/scope.ts';
import type { HostState, Run, Step, TaskContext, TaskSettings } from '../types.ts';
import type { Deadline } from './deadline.ts';
import { anyOf, noDeadline } from './deadline.ts';
import { resolveSettings } from './settings.ts';

/**
 * The context of a step on the host it works on. Settings are those of the host the task is for; connection variables are
 * those of the host it works on, which is another one where the task is delegated.
 */
export function contextOf(step: Step, settings: TaskSettings, target: HostState, deadline: Deadline): TaskContext {
  const { run, play, task, scope } = step;
  const own = new HostScope(scope.inside.state, target.host, scope.needed, play, task);
  const signal = anyOf(run.signal, deadline.signal);
  return makeContext(run, target, settings, own, { signal, deadline }, (name) =>
    contextOf(step, settings, run.host(name), deadline),
  );
}

/** The context in which facts of a host are read, and in which it is connected to before its tasks: the play's. */
export function contextForFacts(run: Run, play: Play, host: HostState, signal?: AbortSignal): TaskContext {
  const own = new HostScope(run.state, host.host, new NeededFacts(), play);
  const resolved = resolveSettings(play, own);
  // Facts are read without the variables that the play's environment takes from facts.
  const problem = [...resolved.problems].find(([, error]) => !(error instanceof UnknownValue))?.[1];
  if (problem) throw problem;
  return makeContext(
    run,
    host,
    resolved.settings,
    own,
    { signal: signal ?? run.signal, deadline: noDeadline },
    (name) => contextForFacts(run, play, run.host(name), signal),
  );
}

function makeContext(
  run: Run,
  host: HostState,
  settings: TaskSettings,
  own: HostScope,
  time: Pick<TaskContext, 'signal' | 'deadline'>,
  on: (name: string) => TaskContext,
): TaskContext {
  let resolved: Target | undefined;
  const target = (): Target => (resolved ??= targetFor(run, host, settings, own));
  const context: TaskContext = {
    host,
    become: becomeFor(run, settings, own),
    checkMode: settings.checkMode ?? run.options.check,
    environment: settings.environment,
    ...time,
    login: () => loginOf(target()),
    connection: async (signal = time.signal) => run.connector.connect(host, target(), settings.noLog, signal),
    reconnect: async (seconds, signal = time.signal) => run.connector.reconnect(target(), seconds, signal),
    secret: (text) => run.secrets.add(text),
    blocked: () => run.policy?.blocked?.(host.name)?.message,
    on,
  };
  return context;
}

/** Where and as which user to log in, from the host's variables and the settings. */
function targetFor(run: Run, host: HostState, settings: TaskSettings, own: HostScope): Target {
  const { options, secrets } = run;
  const target = targetOf(host.name, (name) => own.lookup(name), {
    user: settings.remoteUser ?? options.user,
    port: settings.port,
    connection: settings.connection,
    privateKey: options.privateKey,
    password: options.connectionPassword,
    ...(options.timeoutSeconds !== undefined && { connectTimeoutSeconds: options.timeoutSeconds }),
  });
  if (target.password !== undefined) secrets.add(target.password);
  return target;
}

function becomeFor({ options, secrets }: Run, settings: TaskSettings, own: HostScope): Become | undefined {
  const become = becomeOf(
    {
      become: settings.become ?? options.become,
      user: settings.becomeUser ?? options.becomeUser,
      method: settings.becomeMethod ?? options.becomeMethod,
      flags: settings.becomeFlags,
      exe: settings.becomeExe,
      password: options.becomePassword,
    },
    (name) => own.lookup(name),
  );
  if (become?.password !== undefined) secrets.add(become.password);
  return become;
}

/** Whether no_log hides what is done; in doubt it does. */
export function isQuiet(entry: Pick<Task, 'settings'>, scope: HostScope): boolean {
  const { noLog } = entry.settings;
  return noLog !== undefined && resolveSettings(entry, scope).settings.noLog;
}

/** For a module that reads nothing before its change: an interrupt ends connecting, and the change begins only then. */
export async function connectFor(context: TaskContext): Promise<void> {
  await (await context.connection()).shell(context.become, undefined, context.signal);
}
