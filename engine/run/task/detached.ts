import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scope } from '../../expressions/types.ts';
import { TaskFailure } from '../../module/failure.ts';
import { type JobState, jobState, removeJob, startJob } from '../../module/job.ts';
import type { Changed, RunOptions, Writer } from '../../module/module.ts';
import type { Output } from '../../module/probe.ts';
import type { Task } from '../../playbook/types.ts';
import { Unreachable } from '../../transport/types.ts';
import { Access, type Footing } from '../host/session.ts';

/** How a task runs detached from its connection. */
export interface Detachment {
  /** After so many seconds the host ends the command. */
  readonly seconds: number;
  /** At most so many seconds between two looks; 0: nobody waits for it. */
  readonly pollSeconds: number;
}

/** What `async` and `poll` say for this host; undefined: run as any other task (`async: 0`). */
export function detachmentOf({ async: wanted }: Task, scope: Scope): Detachment | undefined {
  if (!wanted) return undefined;
  const [seconds, pollSeconds] = [Number(wanted.seconds.evaluate(scope)), Number(wanted.poll.evaluate(scope))];
  if (!(seconds >= 0) || !(pollSeconds >= 0))
    throw new TaskFailure('async and poll must be numbers of seconds', {
      hint: 'async: 600 and poll: 10, for example',
    });
  return seconds === 0 ? undefined : { seconds: Math.ceil(seconds), pollSeconds };
}

/** The module's change with its command detached, and what the result says of the job besides. */
export async function changeDetached(
  footing: Footing,
  detachment: Detachment,
  warn: (message: string) => void,
  change: (host: Writer) => Promise<Changed | void>,
): Promise<Changed> {
  const access = new DetachedAccess(footing, detachment, warn);
  try {
    const changed = (await change(access)) ?? {};
    return { ...changed, result: { ...changed.result, ...access.job, finished: true } };
  } catch (error) {
    if (!(error instanceof GoesOn)) throw error;
    return { result: { ...access.job, finished: false }, message: `runs as job ${access.job!.ansible_job_id}` };
  }
}

/** Ends the module's change where nobody waits for the command. */
class GoesOn extends Error {}

/** Beyond its time: what the host needs to end a command that does not listen. */
const graceSeconds = 15;

/**
 * Its command is started as a job of the host, and asked about until it has ended. A connection that is lost meanwhile
 * does not matter to the job: it is opened again and again until the job's time is over.
 */
class DetachedAccess extends Access {
  readonly #footing: Footing;
  readonly #detachment: Detachment;
  readonly #warn: (message: string) => void;
  job: { readonly ansible_job_id: string; readonly started: true } | undefined;

  constructor(footing: Footing, detachment: Detachment, warn: (message: string) => void) {
    super(footing);
    this.#footing = footing;
    this.#detachment = detachment;
    this.#warn = warn;
  }

  override async shell(script: string, options: RunOptions = {}): Promise<Output> {
    const { seconds, pollSeconds } = this.#detachment;
    const id = `${Date.now()}-${randomBytes(8).toString('hex')}`;
    const started = await super.shell(startJob(id, script, seconds), options);
    if (started.code !== 0)
      throw new TaskFailure('the command cannot be started as a job of the host', { output: started });
    this.job = { ansible_job_id: id, started: true };
    if (pollSeconds === 0) throw new GoesOn();
    const ended = await this.#end(id, Date.now() + (seconds + graceSeconds) * 1000);
    await super.shell(removeJob(id));
    if (ended.is === 'ended' && !ended.timedOut) return ended;
    const output = 'stdout' in ended ? { code: 124, stdout: ended.stdout, stderr: ended.stderr } : undefined;
    const message =
      ended.is === 'ended'
        ? `not finished within ${seconds} s, and ended (async)`
        : ended.is === 'running'
          ? `not finished within ${seconds} s, and does not let itself be ended (async)`
          : 'it is gone without a result: something killed it, or the host was booted again';
    throw new TaskFailure(message, { command: script.replace(/^exec /, ''), ...(output && { output }) });
  }

  /** How it ended, or is doing when even the grace is over. Looks often at first: many commands are soon done. */
  async #end(id: string, until: number): Promise<JobState> {
    for (let wait = 100; ; wait *= 2) {
      await sleep(Math.min(wait, this.#detachment.pollSeconds * 1000));
      const state = await this.#look(id, until);
      if (state.is !== 'running' || Date.now() >= until) return state;
    }
  }

  async #look(id: string, until: number): Promise<JobState> {
    for (;;) {
      try {
        return await this.readNow(jobState(id));
      } catch (error) {
        const left = Math.ceil((until - Date.now()) / 1000);
        if (!(error instanceof Unreachable) || left <= 0) throw error;
        this.#warn(`${this.#footing.state.name}: ${error.message}; its job goes on, and is looked for for ${left} s`);
        await this.reconnect(left).catch((problem: unknown) => {
          if (!(problem instanceof Unreachable)) throw problem;
          throw new Unreachable(`${problem.message}; its job ${id} goes on there, and is not cleaned up`, problem.hint);
        });
      }
    }
  }
}
