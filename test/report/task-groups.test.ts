import { expect } from 'chai';
import { humanView } from '../../engine/report/human.ts';
import { plain } from '../../engine/report/style.ts';
import type { Event, Result } from '../../engine/run/events/event.ts';

const base: Result = {
  event: 'result',
  play: 'p',
  task: 't',
  module: 'file',
  host: 'a',
  status: 'ok',
  differences: [],
  place: { file: 'site.yml', line: 3, column: 5 },
  milliseconds: 1,
};

describe('the human view of hosts that do not run in step', () => {
  const start = (name: string, host: string): Event => ({
    event: 'task-start',
    task: name,
    role: 'web',
    hosts: [host],
  });
  const result = (name: string, host: string, more: Partial<Result> = {}): Event => ({
    ...base,
    task: name,
    role: 'web',
    host,
    status: 'changed',
    ...more,
  });
  const play: Event = { event: 'play-start', play: 'p', hosts: ['a', 'b'] };
  const recap: Event = { event: 'recap', hosts: {}, exit: 0, roundTrips: {} };
  const shown = (...events: readonly Event[]): string =>
    [play, ...events, recap]
      .map(humanView({ paint: plain, diff: false, verbosity: 0 }))
      .join('')
      .split('\n')
      .slice(2, -4)
      .join('\n');

  it('puts each result with its own task, and each task together', () => {
    const text = shown(
      start('one', 'b'),
      start('one', 'a'),
      result('one', 'b'),
      start('two', 'b'),
      result('two', 'b'),
      start('three', 'b'),
      result('one', 'a'),
      start('two', 'a'),
      result('three', 'b'),
      result('two', 'a'),
      start('three', 'a'),
      result('three', 'a'),
    );
    expect(text).to.equal(['one', 'two', 'three'].map((name) => `± web : ${name}\n    changed a, b`).join('\n'));
  });

  it('does not wait for a host that has failed', () => {
    const view = humanView({ paint: plain, diff: false, verbosity: 0 });
    const events = [
      play,
      start('one', 'a'),
      start('one', 'b'),
      result('one', 'a', { status: 'failed', message: 'no' }),
      result('one', 'b'),
    ];
    for (const event of events) view(event);
    expect(view(start('two', 'b'))).to.equal('✗ web : one\n    failed a: no\n      at site.yml:3:5\n    changed b\n');
  });

  it('does not hold back everything for one slow host', () => {
    const view = humanView({ paint: plain, diff: false, verbosity: 0 });
    const names = Array.from({ length: 12 }, (_, i) => String(i));
    const events = [start('slow', 'a'), ...names.flatMap((name) => [start(name, 'b'), result(name, 'b')])];
    expect([play, ...events].map(view).join('')).to.contain('± web : 0\n');
  });

  it('distinguishes tasks of the same name by handler, role and place', () => {
    const text = shown(
      start('one', 'a'),
      { event: 'task-start', task: 'one', handler: true, hosts: ['b'] },
      { ...base, task: 'one', host: 'b', handler: true, status: 'changed' },
      result('one', 'a'),
      start('one', 'b'),
      result('one', 'b', { place: { ...base.place, line: 9 } }),
    );
    expect(text).to.equal('± web : one\n    changed a\n± web : one\n    changed b\n± one (handler)\n    changed b');
  });

  it('shows the rest of a loop with its task, not with the one that started last', () => {
    const text = shown(
      start('one', 'a'),
      result('one', 'a', { item: 1 }),
      start('two', 'b'),
      result('one', 'a', { item: 2 }),
      result('two', 'b'),
    );
    expect(text).to.equal('± web : one\n    changed a (1)\n± web : two\n    changed b\n± web : one\n    changed a (2)');
  });
});
