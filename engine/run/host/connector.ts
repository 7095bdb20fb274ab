import type { Template } from '../../expressions/types.ts';
import type { Play } from '../../playbook/types.ts';
import type { Connections } from '../../transport/pool.ts';
import { targetOf } from '../../transport/target.ts';
import type { Connection, Target } from '../../transport/types.ts';
import type { HostScope } from '../../variables/scope.ts';
import type { Profile } from '../events/profile.ts';
import { watched } from '../events/trace.ts';
import type { RunContext } from '../types.ts';
import type { HostState } from './state.ts';

/** How the hosts of a run are reached. */
export interface Reach {
  /** `quiet`: where all that goes to the host is told, it is told without its words. */
  connect(state: HostState, target: Target, quiet: boolean): Promise<Connection>;
  /** Closes what is open and tries anew for so many seconds. */
  reconnect(target: Target, timeoutSeconds: number): Promise<void>;
  /** Something about the way to a host that a person should know; told once. */
  warn(message: string): void;
}

export function reachOver(
  connections: Connections,
  profile: Profile | undefined,
  { emit, options, signal }: Pick<RunContext, 'emit' | 'options' | 'signal'>,
): Reach {
  const warned = new Set<string>();
  return {
    connect: async (state, target, quiet) => {
      const open = () => connections.get(target);
      const opened = await (profile ? profile.wait(state.name, 'connect', open) : open());
      const connection = profile?.watched(opened) ?? opened;
      state.reachedAt(target.kind === 'local' ? 'local' : `${target.address}:${target.port}`);
      return options.trips ? watched(connection, emit, quiet) : connection;
    },
    reconnect: async (target, timeoutSeconds) => {
      await (await connections.get(target)).close();
      await connectAgain(connections, target, timeoutSeconds, signal);
    },
    warn: (message) => {
      if (warned.has(message)) return;
      warned.add(message);
      emit({ event: 'warning', message });
    },
  };
}

/** Where and as whom a host is logged in to, as its variables (seen in `own`) and the settings stand now. */
export function targetFor(
  { reach, options, secrets }: RunContext,
  state: HostState,
  settings: Play['settings'],
  own: HostScope,
  value: (template: Template | undefined) => unknown,
): Target {
  const { target, warnings } = targetOf(state.name, (name) => own.lookup(name), {
    user: value(settings.remoteUser) ?? options.user,
    port: value(settings.port),
    connection: value(settings.connection),
    privateKey: options.privateKey,
    password: options.connectionPassword,
    connectTimeoutSeconds: options.timeoutSeconds,
  });
  for (const warning of warnings) reach.warn(`${state.name}: ${warning}`);
  if (target.password !== undefined) secrets.add(target.password);
  return target;
}

async function connectAgain(
  connections: Connections,
  target: Target,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  const until = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    try {
      await (await connections.get(target)).shell();
      return;
    } catch (error) {
      if (Date.now() >= until || signal.aborted) throw error;
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}
