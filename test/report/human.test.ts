import { expect } from 'chai';
import { isolated } from '../../engine/cli/reporters.ts';
import { humanView } from '../../engine/report/human.ts';
import { jsonLine } from '../../engine/report/jsonl.ts';
import { oneTaskView } from '../../engine/report/one-task.ts';
import { checkOutputs, outputNames } from '../../engine/report/outputs.ts';
import { harmless, plain } from '../../engine/report/style.ts';
import type { Event, HostCounts, Result } from '../../engine/run/events/event.ts';

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
const counts: HostCounts = {
  ok: 1,
  changed: 1,
  skipped: 0,
  failed: 0,
  unreachable: 0,
  rescued: 0,
  ignored: 0,
  unknown: 0,
};

function show(events: readonly Event[], options: { diff?: boolean; verbosity?: number } = {}): string {
  const report = humanView({ paint: plain, diff: false, verbosity: 0, ...options });
  return events.map(report).join('');
}

function task(results: readonly Partial<Result>[]): Event[] {
  return [
    { event: 'task-start', task: 'Write it', role: 'common', hosts: ['a', 'b'] },
    ...results.map((r): Result => ({ ...base, ...r })),
    { event: 'recap', hosts: { a: counts }, exit: 0, roundTrips: {} },
  ];
}

describe('differences in full', () => {
  const diff = (from: string | null, to: string | null): string =>
    show(task([{ status: 'changed', differences: [{ what: '/etc/x', from, to }] }]), { diff: true })
      .split('\n')
      .slice(2, -4)
      .map((line) => line.trim())
      .join('\n');

  for (const [title, from, to, shown] of [
    ['a setting', '0600', '0644', '/etc/x: 0600 → 0644'],
    ['something new', null, 'directory', '/etc/x: + directory'],
    ['something that goes', 'present', null, '/etc/x: - present'],
    ['a text', 'a\nb\n', 'a\nc\n', '--- /etc/x (now)\n+++ /etc/x (then)\n@@ -1,2 +1,2 @@\na\n-b\n+c'],
    [
      'an end that is missing',
      'a',
      'a\n',
      '--- /etc/x (now)\n+++ /etc/x (then)\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a',
    ],
    [
      'ends of lines',
      'a\r\n',
      'a\n',
      String.raw`--- /etc/x (now)|+++ /etc/x (then)|@@ -1,1 +1,1 @@|-a\r|+a`.replaceAll('|', '\n'),
    ],
  ] as const)
    it(`show ${title}`, () => expect(diff(from, to)).to.equal(shown));
});

describe('the human view', () => {
  it('puts hosts with the same result on one line', () => {
    const differences = [{ what: 'mode', from: '0600', to: '0644' }];
    const text = show(
      task([
        { status: 'changed', differences },
        { status: 'changed', host: 'b', differences },
      ]),
    );
    expect(text).to.contain('± common : Write it\n    changed a, b\n      mode 0600 → 0644\n');
  });

  it('is silent about what was right already', () => {
    expect(show(task([{}, { host: 'b' }]))).to.contain('✓ common : Write it  ok on 2\n');
  });

  it('reports a failure with command, exit code, stderr, place and hint', () => {
    const failure = { command: 'apt-get install x', code: 100, stderr: 'E: no x\n', hint: 'update the cache' };
    const text = show(task([{ status: 'failed', message: 'apt-get ended with exit code 100', failure }]));
    expect(text).to.contain(
      [
        '✗ common : Write it',
        '    failed a: apt-get ended with exit code 100',
        '      at site.yml:3:5',
        '      command: apt-get install x',
        '      exit code: 100',
        '      stderr:',
        '        E: no x',
        '      hint: update the cache',
      ].join('\n'),
    );
  });

  it('shows texts as a unified diff on request', () => {
    const text = show(task([{ status: 'changed', differences: [{ what: 'content', from: 'a\nb\n', to: 'a\nc\n' }] }]), {
      diff: true,
    });
    expect(text).to.contain('      --- content (now)').and.to.contain('      -b\n      +c\n');
  });

  it('counts in the recap, naming what is never left out', () => {
    expect(show(task([]))).to.match(/a {2}ok=1 {2}changed=1 {2}failed=0 {2}unreachable=0/);
  });

  it('shows on a terminal what is under way, until there is a result', () => {
    const report = humanView({ paint: plain, diff: false, verbosity: 0, columns: 20 });
    const [start, result, recap] = task([{}]).map(report);
    expect(start).to.equal('… Write it  (a, b)');
    expect(result).to.equal('');
    expect(recap?.startsWith('\r\u001B[K✓ common : Write it')).to.equal(true);
  });

  it('does not let remote output drive the terminal', () => {
    expect(harmless('a\u001B[2Jb\r\n\tc')).to.equal('a\\x1b[2Jb\n\tc');
    expect(harmless('a\u009B2Jb\u202Ec')).to.equal('a\\x9b2Jb\\u202ec');
  });

  it('does not let it come in by names, items, hints and warnings either, nor pass for lines of the report', () => {
    const evil = 'x\u001B]0;y\u0007\u009B2J\n✓ forged';
    const differences = [{ what: evil, from: evil, to: 'b' }];
    const failure = { hint: evil, command: evil, stderr: evil, stdout: evil };
    const result = { ...base, status: 'failed', host: evil, delegatedTo: evil, item: evil, message: evil } as const;
    const events: Event[] = [
      { event: 'play-start', play: evil, hosts: [evil] },
      { event: 'task-start', task: evil, role: evil, hosts: [evil] },
      { event: 'question', task: evil, hosts: [evil] },
      { event: 'warning', message: evil },
      { event: 'sent', host: evil, user: evil, scripts: [evil] },
      { event: 'received', host: evil, codes: [0], milliseconds: 1 },
      { ...result, warnings: [evil], differences, failure },
      { ...result, item: { [evil]: [evil] }, differences, failure },
      { ...result, differences: [], returned: { rc: 0, stdout: evil, stderr: evil } },
      { ...result, differences: [], returned: { [evil]: evil } },
      { event: 'recap', hosts: { [evil]: counts }, exit: 2, roundTrips: {} },
    ];
    for (const diff of [false, true]) {
      const reports = [humanView({ paint: plain, diff, verbosity: 3 }), oneTaskView({ paint: plain, diff })];
      for (const report of reports) {
        const text = events.map(report).join('');
        // oxlint-disable-next-line no-control-regex
        expect(text).not.to.match(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
        expect(text).not.to.match(/^✓ forged/m);
      }
    }
  });
});

describe('outputs', () => {
  const deep = (levels: number): unknown => {
    let item: unknown = 'x';
    for (let i = 0; i < levels; i++) item = i % 2 === 0 ? [item] : { in: item };
    return item;
  };
  const nested = { ...base, status: 'changed', item: deep(9_000), returned: { it: deep(9_000) } } as const;

  it('cut what is nested too deeply', () => {
    const views = [
      humanView({ paint: plain, diff: true, verbosity: 3 }),
      oneTaskView({ paint: plain, diff: true }),
      jsonLine,
    ];
    for (const view of views) {
      const text = [...task([]).slice(0, 1), nested, ...task([]).slice(1)].map((event) => view(event) ?? '').join('');
      expect(text).to.contain('changed').and.to.contain('…').and.to.have.length.below(30_000);
    }
    expect(JSON.parse(jsonLine({ ...base, item: deep(99) })!))
      .to.have.property('item')
      .that.deep.equals(deep(99));
  });

  it('write numbers that JSON cannot hold', () =>
    expect(JSON.parse(jsonLine({ ...base, item: [7n, 2n ** 64n] })!)).to.have.deep.property('item', [
      7,
      '18446744073709551616',
    ]));

  it('do not end a run when they throw: the first failure is a warning, and later events are shown', () => {
    const seen: string[] = [];
    const warnings: string[] = [];
    const emit = isolated(
      '--output human',
      (event) => {
        if (event.event === 'warning') throw new Error('broken\u001B[2J');
        seen.push(event.event);
      },
      (text) => warnings.push(text),
    );
    for (const event of [
      { event: 'warning', message: 'm' } as const,
      ...task([{}]),
      { event: 'warning', message: 'n' } as const,
    ])
      emit(event);
    expect(seen).to.deep.equal(['task-start', 'result', 'recap']);
    expect(warnings).to.deep.equal(['warning: --output human is incomplete, the run continues: broken\\x1b[2J\n']);
  });

  it('are named once for each command', () => {
    for (const command of ['run', 'plan', 'apply', 'exec'] as const)
      expect(outputNames(command)).to.deep.equal(['human', 'jsonl']);
    expect(checkOutputs.map(({ name }) => name)).to.deep.equal(['human', 'json', 'sarif']);
  });
});

describe('jsonl', () => {
  it('is one object a line, without what only a person watches for', () => {
    const lines = task([{}]).map(jsonLine);
    expect(lines[0]).to.equal(undefined);
    expect(JSON.parse(lines[1]!)).to.deep.equal(base);
    expect(lines[1]).to.match(/^\{.*\}\n$/);
    expect(JSON.parse(lines[2]!)).to.have.property('exit', 0);
  });
});

it("which host is reached with the system's ssh is shown with -v", () => {
  const event = {
    event: 'connected',
    host: 'web1',
    message: "is reached with the system's ssh (proxycommand)",
  } as const;
  for (const [verbosity, shown] of [
    [0, ''],
    [1, "  web1 is reached with the system's ssh (proxycommand)\n"],
  ] as const)
    expect(humanView({ paint: plain, diff: true, verbosity })(event) ?? '').to.equal(shown);
  expect(jsonLine(event)).to.equal(undefined);
});
