import { setInterval } from 'node:timers';

export interface Step {
  /** What is being done, as a sentence without a subject: `compile kubelet`. */
  readonly title: string;
  run(): Promise<void>;
}

export const elapsed = (milliseconds: number): string => {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
};

/** Runs the steps one after another, with a line at the start of each and a sign of life in the long ones. */
export async function runSteps(
  name: string,
  steps: readonly Step[],
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const start = Date.now();
  for (const [index, step] of steps.entries()) {
    signal?.throwIfAborted();
    const say = (text: string) =>
      log(`${name}: step ${index + 1} of ${steps.length}, ${elapsed(Date.now() - start)}: ${text}`);
    say(step.title);
    const signOfLife = setInterval(() => say(`${step.title} (still at it)`), 30_000);
    try {
      await step.run();
    } catch (error) {
      if (signal?.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${name}: cannot ${step.title}: ${reason}`, { cause: error });
    } finally {
      clearInterval(signOfLife);
    }
  }
  log(`${name}: done in ${elapsed(Date.now() - start)}`);
}
