import { expect } from 'chai';
import type { Result } from '../../../engine/run/events/event.ts';
import type { Written } from '../../lab/cluster.ts';
import { judge } from './judge.ts';
import { faults } from './kinds.ts';
import { Likeness, type Reference } from './state.ts';

const result = (more: Partial<Result>): Result => ({
  event: 'result',
  play: 'p',
  task: 't',
  module: 'copy',
  host: 'h',
  status: 'failed',
  differences: [],
  message: 'cannot write /x: No space left on device',
  failure: { hint: 'free some space' },
  place: { file: 'site.yml', line: 3, column: 5 },
  milliseconds: 1,
  ...more,
});
const full = faults['disk']!;

describe('the fault matrix finds', () => {
  it('nothing wrong with a message that says what, where and what to do', () => {
    expect(judge(full, 'h', [result({})], 2)).to.deep.equal([]);
  });

  for (const [what, given, exit, found] of [
    ['no hint', { failure: {} }, 2, 'no hint'],
    ['another cause', { message: 'cannot write /x' }, 2, 'does not say what is wrong'],
    ['a stack', { message: 'No space left on device\n    at write (x.ts:1:1)' }, 2, 'not for a reader'],
    ['no message', { message: '' }, 2, 'no message'],
    ['a wrong exit code', {}, 4, 'the exit code is 4, not 2'],
    ['a place that is none', { place: { file: 'site.yml', line: 0, column: 0 } }, 2, 'no place'],
  ] as const)
    it(what, () => {
      expect(judge(full, 'h', [result(given)], exit).join()).to.contain(found);
    });

  it('a run that says nothing, and one that a harmless fault ends', () => {
    expect(judge(full, 'h', [], 2)).to.deep.equal(['no result tells of it']);
    expect(judge(faults['slow']!, 'h', [result({})], 2)).to.include('the run does not bear it');
  });

  it('files that differ, without what differs from one undisturbed run to the next', () => {
    const hash = (digit: string): string => digit.repeat(64);
    const written = (files: Readonly<Record<string, string>>): Written =>
      new Map([['h', new Map(Object.entries(files))]]);
    const reference = (end: Written): Reference => ({
      order: ['s'],
      moments: new Map(),
      modules: new Map(),
      before: new Map([['s', end]]),
      end,
    });
    const [one, other] = [
      written({ '/etc/id': `file 0644 0:0 ${hash('1')}`, '/etc/x': `file 0644 0:0 ${hash('2')}` }),
      written({ '/etc/id': `file 0644 0:0 ${hash('3')}`, '/etc/x': `file 0644 0:0 ${hash('2')}` }),
    ];
    const likeness = new Likeness(reference(one), reference(other));
    expect(likeness.differing).to.deep.equal(['h /etc/id']);
    const third = { '/etc/id': `file 0644 0:0 ${hash('4')}`, '/etc/x': `file 0644 0:0 ${hash('2')}` };
    expect(likeness.unlike(written(third), one)).to.deep.equal([]);
    expect(likeness.unlike(written({ ...third, '/etc/id': `file 0600 0:0 ${hash('4')}` }), one)).to.have.length(1);
    expect(likeness.unlike(written({ ...third, '/etc/x': `file 0644 0:0 ${hash('5')}` }), one)).to.have.length(1);
    expect(
      likeness.unlike(
        written({ ...third, '/etc/x': `file 0644 0:0 ${hash('5')}` }),
        one,
        written({ '/etc/x': `file 0644 0:0 ${hash('5')}` }),
      ),
    ).to.deep.equal([]);
    expect(likeness.unlike(written({ ...third, '/var/log/x': 'file' }), one)).to.deep.equal([]);
  });
});
