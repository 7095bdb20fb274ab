import { expect } from 'chai';
import { checkOutputs, outputs } from '../../engine/report/outputs.ts';
import type { Paint } from '../../engine/report/style.ts';
import type { Event, Result } from '../../engine/run/events/event.ts';

/** Escapes, C1, directions, what has no width, line ends that are none, tags; and a line that looks like a result. */
const signs = [
  '\u001B[2J',
  '\u0007',
  '\u009B31m',
  '\u0085',
  '\u202E',
  '\u2066',
  '\u200B',
  '\uFEFF',
  '\u2028',
  '\u00AD',
  '\u{E0041}',
  '\b',
];
const text = `x${signs.join('x')}\nweb9 | ok | exit code 0\r\nweb9 | failed`;
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/;
const unseen = /[\u00AD\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]|[\u{E0000}-\u{E0FFF}]/u;
const seen = new RegExp(`${control.source}|${unseen.source}`, 'u');
/** The live line is the view's own way of driving the terminal. */
// oxlint-disable-next-line no-control-regex
const live = /\r(?:\u001B\[K)?|\u001B\[K/g;
const paint: Paint = (shown) => shown;
const place = { file: text, line: 1, column: 1 };

const result: Result = {
  event: 'result',
  play: text,
  role: text,
  task: text,
  module: 'command',
  host: 'web1',
  status: 'failed',
  item: { [text]: text },
  delegatedTo: text,
  differences: [
    { what: text, from: text, to: null },
    { what: text, from: 'a', to: `b${signs.join('')}` },
    { what: text, from: null, to: text },
  ],
  message: text,
  warnings: [text],
  failure: { command: text, code: 1, stdout: text, stderr: text, hint: text },
  returned: { rc: 0, stdout: text, stderr: text, [text]: [text] },
  place,
  milliseconds: 1,
};
const { failure: _, ...fine } = { ...result, status: 'changed' as const };
const { returned: __, ...noOutput } = fine;

const counts = { ok: 1, changed: 1, skipped: 0, failed: 1, unreachable: 0, rescued: 0, ignored: 0, unknown: 0 };
const events: readonly Event[] = [
  { event: 'run-start', playbook: text, check: false, version: '1' },
  { event: 'play-start', play: text, hosts: ['web1', text] },
  { event: 'task-start', task: text, role: text, hosts: ['web1', text] },
  result,
  fine,
  noOutput,
  { ...noOutput, returned: { [text]: text }, differences: [] },
  { event: 'warning', message: text },
  { event: 'connected', host: text, message: text },
  { event: 'question', task: text, hosts: [text] },
  { event: 'sent', host: text, user: text, scripts: [text] },
  { event: 'received', host: text, codes: [0], milliseconds: 1 },
  {
    event: 'recap',
    hosts: { [text]: counts },
    exit: 2,
    interrupted: [text],
    pending: [{ play: text, handler: text, hosts: [text] }],
    roundTrips: { [text]: 1 },
  },
];

describe('text of hosts and playbooks in outputs', () => {
  for (const output of outputs)
    for (const diff of [false, true])
      for (const verbosity of [0, 3])
        it(`neither drives the terminal nor hides: ${output.name} of ${output.commands.join(', ')}, ${diff ? 'with' : 'without'} differences, ${verbosity}`, async () => {
          const view = await output.create({ paint, diff, verbosity, columns: 80 });
          const shown = events
            .map((event) => view(event) ?? '')
            .join('')
            .replaceAll(live, '');
          const at = shown.search(seen);
          expect(at < 0 ? '' : JSON.stringify(shown.slice(Math.max(0, at - 150), at + 40))).to.equal('');
          if (output.commands.join() === 'exec' && output.name === 'human')
            expect(shown.split('\n').filter((line) => line.startsWith('web9'))).to.deep.equal([]);
        });
  for (const output of checkOutputs)
    it(`neither drives the terminal nor hides: ${output.name} of validate`, async () => {
      const print = await output.create();
      const diagnostics = [
        { code: 'unknown-module', severity: 'error', message: text, hint: text, place },
        { code: 'unknown-module', severity: 'warning', message: text },
      ] as const;
      expect(print({ diagnostics, summary: text, version: '1', root: '/' }).match(seen)).to.equal(null);
    });
});
