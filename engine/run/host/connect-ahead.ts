import pLimit from 'p-limit';
import type { Play } from '../../playbook/types.ts';
import { contextForFacts } from '../task/context.ts';
import type { Run } from '../types.ts';

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
