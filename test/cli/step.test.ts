import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { stepper } from '../../engine/cli/terminal/step.ts';
import type { Event } from '../../engine/run/events/event.ts';

/** What a person types, and what becomes of tasks called 1, 2, 3 … that are asked for at once. */
async function answers(typed: string, tasks: number, signal = new AbortController().signal) {
  const input = new PassThrough();
  const events: Event[] = [];
  const steps = stepper(input, (event) => events.push(event), signal);
  input.write(typed);
  if (!typed.endsWith('…\n')) input.end();
  const asked = Array.from({ length: tasks }, (_, i) => steps.confirm({ title: String(i + 1), hosts: ['a'] }));
  return { run: await Promise.all(asked), asked: events.map((e) => e.event === 'question' && e.task) };
}

describe('--step', () => {
  const cases: readonly (readonly [typed: string, run: readonly boolean[], asked: readonly string[]])[] = [
    ['y\nn\nyes\nNO\n\n', [true, false, true, false, false], ['1', '2', '3', '4', '5']],
    ['n\nc\n', [false, true, true], ['1', '2']],
    ['what\ny\n', [true], ['1', '1']],
    ['y\n', [true, false, false], ['1', '2']],
    ['', [false], ['1']],
  ];
  for (const [typed, run, asked] of cases)
    it(`${JSON.stringify(typed)} lets ${run.filter(Boolean).length} of ${run.length} tasks run`, async () => {
      const seen = await answers(typed, run.length);
      expect(seen.run).to.deep.equal(run);
      expect(seen.asked.slice(0, asked.length)).to.deep.equal(asked.slice(0, seen.asked.length));
    });

  it('asks no more once the run is interrupted', async () => {
    const interrupt = new AbortController();
    const steps = stepper(new PassThrough(), () => interrupt.abort(), interrupt.signal);
    expect(await steps.confirm({ title: 'x', hosts: [] })).to.equal(false);
  });
});
