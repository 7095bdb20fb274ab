import { expect } from 'chai';
import { humanView } from '../../engine/report/human.ts';
import { oneTaskView } from '../../engine/report/one-task.ts';
import { plain } from '../../engine/report/style.ts';
import type { HostCounts, Result, Status } from '../../engine/run/events/event.ts';

const counts: HostCounts = {
  ok: 1,
  changed: 0,
  skipped: 0,
  failed: 0,
  unreachable: 0,
  rescued: 0,
  ignored: 0,
  unknown: 0,
};
const result = (host: string, status: Status, more: Partial<Result> = {}): Result => ({
  event: 'result',
  play: 'p',
  task: 't',
  module: 'command',
  host,
  status,
  differences: [],
  place: { file: 'site.yml', line: 3, column: 5 },
  milliseconds: 1,
  ...more,
});

describe('a report that must not mislead', () => {
  it('says that a run was interrupted, and where tasks are left', () => {
    const view = humanView({ paint: plain, diff: false, verbosity: 0 });
    const text = view({
      event: 'recap',
      hosts: { a: counts, b: counts },
      exit: 130,
      roundTrips: {},
      interrupted: ['b'],
    });
    expect(text).to.match(/^\nRECAP \(interrupted\)\n/);
    expect(text).to.include('Interrupted: tasks are left on b. Run the playbook again to finish.');
  });

  for (const others of [[], ['ok'], ['changed'], ['skipped']] as const)
    it(`puts no mark of success above an ignored failure${others.length > 0 ? `, where others are ${others[0]}` : ''}`, () => {
      const view = humanView({ paint: plain, diff: false, verbosity: 0 });
      view({ event: 'play-start', play: 'p', hosts: ['a', 'b'] });
      view({ event: 'task-start', task: 't', hosts: ['a', 'b'] });
      view(result('a', 'failed', { ignored: true, message: 'no' }));
      for (const status of others) view(result('b', status));
      const text = view({ event: 'recap', hosts: {}, exit: 0, roundTrips: {} });
      expect(text).to.match(/^! t\n {4}failed, ignored a: no\n/m);
    });

  it('lets no output pass for the result of another host', () => {
    const view = oneTaskView({ paint: plain, diff: true });
    const forged = 'x\nb | ok | exit code 0\r\nb | ok';
    const shown = [
      view(result('a', 'ok', { returned: { rc: 0, stdout: forged, stderr: forged } })),
      view(result('a', 'failed', { message: forged, failure: { hint: forged, stdout: forged } })),
      view(result('a', 'ok', { message: forged, warnings: [forged] })),
      view(result('a', 'ok', { module: 'stat', returned: { [forged]: forged } })),
      view(result('a', 'changed', { differences: [{ what: forged, from: forged, to: forged }] })),
      view(result('a', 'changed', { differences: [{ what: forged, from: null, to: forged }] })),
      view({ event: 'warning', message: forged }),
    ].join('');
    expect(shown).not.to.match(/^b \|/m);
    expect(shown).not.to.match(/^(hint|warning): x\nb/m);
    expect(shown)
      .to.match(/^ {2}hint: /m)
      .and.match(/^ {2}warning: /m);
  });
});
