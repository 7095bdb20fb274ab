import { SharedHosts } from '../../engine/run/host/shared.ts';
import { type Commits, RunHost } from '../../engine/run/host/state.ts';
import { noDeadline } from '../../engine/run/task/deadline.ts';
import type { TaskContext } from '../../engine/run/types.ts';
import type { Connection } from '../../engine/transport/types.ts';

const place = { file: 'hosts.yml', line: 1, column: 1 };

/** A host of its own, without a run around it. */
export function hostNamed(name: string, shared = new SharedHosts()): RunHost {
  return new RunHost({ name, place, groups: [], settings: [] }, shared, {} as Commits);
}

/** The context of a task on a host that is reached over this connection. */
export function contextOver(
  connection: () => Promise<Connection>,
  { shared, ...more }: Partial<TaskContext> & { readonly shared?: SharedHosts } = {},
): TaskContext {
  const context: TaskContext = {
    host: hostNamed('a', shared),
    login: () => 'me',
    become: undefined,
    checkMode: false,
    environment: {},
    signal: new AbortController().signal,
    deadline: noDeadline,
    connection,
    reconnect: () => Promise.resolve(),
    secret: () => {},
    on: () => context,
    ...more,
  };
  return context;
}
