import type { Event, Recap } from '../run/events/event.ts';
import type { Prepared, RunRequest } from '../run/prepare.ts';
import { execute } from '../run/run.ts';
import type { RunPolicy } from '../run/types.ts';
import { stateFolder } from '../source/folders.ts';
import { version } from '../source/version.ts';
import { interruptible } from './interrupt.ts';
import type { Reporters } from './reporters.ts';

/** The end of a run; without `recap` if it was interrupted. */
export interface Ended {
  readonly exit: number;
  readonly recap?: Recap;
}

/** Runs what was prepared with a policy that sees, and may refuse, each change; closes the reporters at the end. */
export async function runGuarded(
  prepared: Prepared,
  request: RunRequest,
  policy: RunPolicy,
  { emit, close }: Reporters,
): Promise<Ended> {
  let recap: Recap | undefined;
  const note = (event: Event): void => {
    if (event.event === 'recap') recap = event;
    emit(event);
  };
  try {
    const asked = { ...request, journal: stateFolder('journal'), policy };
    const exit = await interruptible((signal) => execute(prepared, asked, version, note, signal));
    return { exit, ...(recap && { recap }) };
  } finally {
    close();
  }
}
