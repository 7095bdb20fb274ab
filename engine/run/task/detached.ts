import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../module/failure.ts';
import { type JobState, jobState, removeJob, startJob } from '../../module/job.ts';
import type { Changed, RunOptions, Writer } from '../../module/module.ts';
import type { Output } from '../../module/probe.ts';
import { Unreachable } from '../../transport/types.ts';
import { HostSession } from '../host/session.ts';
import type { TaskContext } from '../types.ts';

/** How a task runs detached from its connection (`async`, `poll`). */
export interface Detachment {
  /** The host ends the command after this many seconds. */
  readonly seconds: number;
  /** At most this many seconds between two polls; 0: nothing waits for it. */
  readonly pollSeconds: number;
}

/** Runs the module's change with its command detached; the result has the job's fields as well. */
export async function changeDetached(
  context: TaskContext,
  detachment: Detachment,
  warn: (message: string) => void,
  change: (host: Writer) => Promise<Changed | void>,
): Promise<Changed> {
  const session = new DetachedSession(context, detachment, warn);
  try {
    const changed = (await change(session)) ?? {};
    return { ...changed, result: { ...changed.result, ...session.job, finished: true } };
  } catch (error) {
    if (!(error instanceof GoesOn)) throw error;
    return { result: { ...session.job, finished: false }, message: `runs as job ${session.job!.ansible_job_id}` };
  }
}

/** Ends the module's change where nothing waits for the command. */
class GoesOn extends Error {}

/** Beyond its time: what the host needs to end a command that ignores signals. */
const graceSeconds = 15;

/**
 * Its command is started as a job of the host and polled until it has ended. A connection that is lost meanwhile does not
 * matter to the job: it is opened again until the job's time is over.
 */
class DetachedSession extends HostSession {
  readonly #context: TaskContext;
  readonly #detachment: Detachment;
  readonly #warn: (message: string) => void;
  job: { readonly ansible_job_id: string; readonly started: true } | undefined;

  constructor(context: TaskContext, detachment: Detachment, warn: (message: string) => void) {
    super(context);
    this.#context = context;
    this.#detachment = detachment;
    this.#warn = warn;
  }

  override async shell(script: string, options: RunOptions = {}): Promise<Output> {
    const { seconds, pollSeconds } = this.#detachment;
    const id = `${Date.now()}-${randomBytes(8).toString('hex')}`;
    const started = await super.shell(startJob(id, script, seconds), options);
    if (started.code !== 0)
      throw new TaskFailure('the command cannot be started as a job of the host', {
        output: started,
        ...(started.code === 92 && { hint: 'its files cannot be stored there: is /tmp or its disk full? see df -h' }),
      });
    this.job = { ansible_job_id: id, started: true };
    if (pollSeconds === 0) throw new GoesOn();
    const ended = await this.#end(id, performance.now() + (seconds + graceSeconds) * 1000);
    await super.shell(removeJob(id));
    if (ended.is === 'ended' && !ended.timedOut) return ended;
    const output = 'stdout' in ended ? { code: 124, stdout: ended.stdout, stderr: ended.stderr } : undefined;
    const message =
      ended.is === 'ended'
        ? `not finished within ${seconds} s, and ended (async)`
        : ended.is === 'running'
          ? `not finished within ${seconds} s, and it cannot be ended (async)`
          : 'it ended without a result: something killed it, or the host was rebooted';
    throw new TaskFailure(message, {
      command: script.replace(/^exec /, ''),
      ...(output && { output }),
      ...(ended.is === 'lost' && { hint: 'see journalctl and `last reboot` on the host, then run again' }),
    });
  }

  /** How it ended, or its state when even the grace is over. Polls often at first: many commands end soon. */
  async #end(id: string, until: number): Promise<JobState> {
    for (let wait = 100; ; wait *= 2) {
      await sleep(Math.min(wait, this.#detachment.pollSeconds * 1000), undefined, { signal: this.signal });
      const state = await this.#look(id, until);
      if (state.is !== 'running' || performance.now() >= until) return state;
    }
  }

  async #look(id: string, until: number): Promise<JobState> {
    for (;;) {
      try {
        return await this.readNow(jobState(id));
      } catch (error) {
        const left = Math.ceil((until - performance.now()) / 1000);
        if (!(error instanceof Unreachable) || left <= 0) throw error;
        this.#warn(`${this.#context.host.name}: ${error.message}; its job goes on; trying to reconnect for ${left} s`);
        await this.reconnect(left).catch((problem: unknown) => {
          if (!(problem instanceof Unreachable)) throw problem;
          throw new Unreachable(`${problem.message}; its job ${id} goes on there and is not cleaned up`, problem.hint);
        });
      }
    }
  }
}
