import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Emit } from '../../run/events/event.ts';
import type { Confirm } from '../../run/types.ts';

/**
 * --step: asks before each task, through the reporter, which prints all results so far first. An empty answer is no; when
 * the input has ended, so is every further one. `close` releases the input.
 */
export function stepper(
  input: Readable,
  emit: Emit,
  signal: AbortSignal,
): { readonly confirm: Confirm; readonly close: () => void } {
  const lines = createInterface({ input, terminal: false });
  const typed: string[] = [];
  let waiting: (() => void) | undefined;
  let answer: boolean | undefined; // to all that is left
  let ended = false;
  const wake = (): void => {
    waiting?.();
    waiting = undefined;
  };
  const settle = (forAll: boolean): void => {
    answer ??= forAll;
    lines.close();
    wake();
  };
  lines.on('line', (line) => {
    typed.push(line.trim().toLowerCase());
    wake();
  });
  lines.on('close', () => {
    ended = true;
    wake();
  });
  signal.addEventListener('abort', () => settle(false));

  const settled = (): boolean | undefined => answer;
  const ask = async (task: string, hosts: readonly string[]): Promise<boolean> => {
    while (settled() === undefined) {
      emit({ event: 'question', task, hosts });
      if (typed.length === 0 && !ended) await new Promise<void>((resolve) => (waiting = resolve));
      if (settled() !== undefined) break;
      const given = typed.shift() ?? '';
      if (['', 'n', 'no'].includes(given)) return false;
      if (['y', 'yes'].includes(given)) return true;
      if (['c', 'continue'].includes(given)) settle(true);
    }
    return settled() === true;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    confirm: ({ title, hosts }) => {
      const asked = last.then(() => ask(title, hosts)); // hosts that go on by themselves are asked for in turn
      last = asked;
      return asked;
    },
    close: () => settle(false),
  };
}
