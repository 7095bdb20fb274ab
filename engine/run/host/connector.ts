import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Play } from '../../playbook/types.ts';
import { machineOf } from '../../transport/identity.ts';
import type { Connections } from '../../transport/pool.ts';
import type { Target } from '../../transport/types.ts';
import type { Profile } from '../events/profile.ts';
import { traced } from '../events/trace.ts';
import { contextForFacts } from '../task/context.ts';
import type { Connector, Run } from '../types.ts';

/** Hosts are reached over these connections; each connection is told to its host, since two hosts may be one machine. */
export function connectorOver(
  connections: Connections,
  profile: Profile | undefined,
  { emit, options }: Pick<Run, 'emit' | 'options'>,
): Connector {
  const warned = new Set<string>();
  const warn = (message: string): void => {
    if (warned.has(message)) return;
    warned.add(message);
    emit({ event: 'warning', message });
  };
  return {
    connect: async (host, target, quiet, signal) => {
      const open = () => connections.get(target, signal);
      const opened = await (profile ? profile.wait(host.name, 'connect', open) : open());
      if (opened.warning !== undefined) warn(opened.warning);
      const connection = profile?.watched(opened) ?? opened;
      host.reachedAt(machineOf(opened.target));
      return options.trips ? traced(connection, emit, quiet) : connection;
    },
    reconnect: async (target, timeoutSeconds, signal) => {
      // One that is lost already and cannot be opened now needs no closing.
      await connections.get(target, signal).then(
        (open) => open.close(),
        () => undefined,
      );
      await connectAgain(connections, target, timeoutSeconds, signal);
    },
    warn,
  };
}

async function connectAgain(
  connections: Connections,
  target: Target,
  timeoutSeconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const until = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    try {
      await (await connections.get(target, signal)).shell(undefined, undefined, signal);
      return;
    } catch (error) {
      if (performance.now() >= until || signal?.aborted) throw error;
      await sleep(1000, undefined, { signal }).catch(() => undefined);
    }
  }
}

/**
 * Opens the connections that the next play will need, while this one runs. Whatever prevents that is reported when they
 * are needed: this never rejects.
 */
export async function connectAhead(run: Run, now: Play): Promise<void> {
  const next = run.prefetch.nextPlay(now);
  if (!next) return;
  const limit = pLimit(run.options.forks);
  const connect = async (name: string): Promise<void> => {
    const host = run.host(name);
    if (run.signal.aborted || !host.inPlay) return;
    await contextForFacts(run, next.play, host).connection();
  };
  await Promise.all(next.hosts.map((name) => limit(() => connect(name)).catch(() => undefined)));
}
