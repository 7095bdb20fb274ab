import pLimit from 'p-limit';
import type { Play } from '../../playbook/types.ts';
import { footingOf } from '../task/context.ts';
import type { RunContext } from '../types.ts';

/**
 * Opens the connections that the play after this one will need, while this one runs. Whatever stands in the way of it is
 * told when they are needed.
 */
export async function connectAhead(run: RunContext, now: Play): Promise<void> {
  const next = run.ahead.after(now);
  if (!next) return;
  const limit = pLimit(run.options.forks);
  await Promise.all(
    next.hosts.map((name) =>
      limit(async () => {
        const state = run.state(name);
        if (run.signal.aborted || !state.inPlay) return;
        await footingOf(run, next.play, undefined, state).connection();
      }).catch(() => undefined),
    ),
  );
}
