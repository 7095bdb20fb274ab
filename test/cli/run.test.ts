import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Around, type Ended, root, start, tsplay } from './command.ts';
import { eventsIn } from './events.ts';

const cwd = `${root}test/fixtures/cli/run`;

describe('tsplay run', function () {
  this.timeout(20_000);
  let folder: string;
  const words = (...args: string[]) => ['run', 'site.yml', '-i', 'hosts.yml', '-e', `folder=${folder}`, ...args];
  const run = (args: readonly string[] = [], around: Around = {}): Promise<Ended> =>
    tsplay(words(...args), { cwd, ...around });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-cli-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reports programs all that happens, a line an event, and keeps a copy', async () => {
    const copy = join(folder, 'events.jsonl');
    const { code, stdout, stderr } = await run(['--output', 'jsonl', '--output-file', copy]);
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(readFileSync(copy, 'utf8')).to.equal(stdout);
    const events = eventsIn(stdout);
    const results = events.filter(({ event, host }) => event === 'result' && host === 'a');
    const marks = ({ task, item, status, handler, ignored, rescued }: (typeof events)[number]) =>
      [task, item, status, handler && 'handler', ignored && 'ignored', rescued && 'rescued'].filter(Boolean).join(' ');
    expect(results.map(marks)).to.deep.equal([
      'greet ok',
      'loop one changed',
      'loop two changed',
      'left out skipped',
      'write changed',
      'does not matter failed ignored',
      'breaks failed rescued',
      'mends ok',
      'written ok handler',
      'fails skipped',
    ]);
    expect(results[4]!['differences']).to.deep.equal([{ what: `content of ${folder}/a`, from: null, to: 'hi\n' }]);
    expect(results[5]!['failure']).to.deep.include({
      command: 'echo out; echo why >&2; exit 3',
      code: 3,
      stdout: 'out\n',
      stderr: 'why\n',
    });
    expect(results[4]!['place']).to.deep.include({ file: 'site.yml', line: 15 });
    const counts = { ok: 6, changed: 2, skipped: 2, failed: 0, unreachable: 0, rescued: 1, ignored: 1, unknown: 0 };
    expect(events.at(-1)).to.deep.include({
      event: 'recap',
      hosts: { a: counts, b: { ...counts, skipped: 1 } },
      exit: 0,
    });
    expect(events.map(({ event }) => event).filter((event) => event !== 'result')).to.deep.equal([
      'run-start',
      'play-start',
      'play-start',
      'recap',
    ]);
  });

  const exits: readonly (readonly [title: string, args: readonly string[], code: number])[] = [
    ['0 where all is well', [], 0],
    ['2 where a host failed', ['-e', 'broken=yes'], 2],
    ['4 where one could not be reached', ['-i', 'dead.yml'], 4],
    ['6 where both happened', ['-i', 'dead.yml', '-e', 'broken=yes'], 6],
    ['3 where something was changed and that is asked for', ['--detailed-exitcode'], 3],
    ['3 where something would be changed', ['--detailed-exitcode', '--check'], 3],
    ['0 where nothing would be changed', ['--detailed-exitcode', '-t', 'second'], 0],
    ['2 rather than 3', ['--detailed-exitcode', '-e', 'broken=yes'], 2],
  ];
  for (const [title, args, code] of exits)
    it(`ends with ${title}`, async () => {
      const ended = await run([...args, '--output', 'jsonl']);
      expect(ended.code).to.equal(code);
      expect(eventsIn(ended.stdout).at(-1)).to.deep.include({ event: 'recap', exit: code });
    });

  const variables: readonly (readonly [title: string, args: readonly string[], greeting: string])[] = [
    ['a word', ['-e', 'greeting=hello'], 'hello'],
    ['quoted words', ['-e', `greeting='hello you' other="x"`], 'hello you'],
    ['JSON', ['-e', '{"greeting": "json"}'], 'json'],
    ['YAML', ['-e', '{greeting: yaml}'], 'yaml'],
    ['a file', ['-e', '@vars.yml'], 'from a file'],
    ['the last of several', ['-e', '@vars.yml', '-e', 'greeting=last'], 'last'],
  ];
  for (const [title, args, greeting] of variables)
    it(`takes extra variables as ${title}`, async () => {
      const { stdout } = await run([...args, '-l', 'a', '--output', 'jsonl']);
      expect(eventsIn(stdout)[2]).to.deep.include({ task: 'greet', message: greeting });
    });

  it('lists hosts, tasks and tags, and runs nothing', async () => {
    const { code, stdout } = await run(['--list-hosts', '--list-tasks', '--list-tags', '-l', 'b', '-t', 'loop,second']);
    expect([code, stdout]).to.deep.equal([
      0,
      'play: first  [demo]\n  hosts (1):\n    b\n  tasks:\n    loop  [demo, loop]\n  tags:\n    demo\n    loop\n\nplay: second  [second]\n  hosts (0): none\n  tasks:\n    fails  [second]\n  tags:\n    second\n',
    ]);
  });

  it('has colours where they are asked for, and none for NO_COLOR or a pipe', async () => {
    const coloured = async (env: Record<string, string>) =>
      (await run(['-t', 'second'], { env })).stdout.includes('\u001B[');
    expect(await coloured({})).to.equal(false);
    expect(await coloured({ FORCE_COLOR: '1' })).to.equal(true);
    expect(await coloured({ FORCE_COLOR: '1', NO_COLOR: '1' })).to.equal(false);
  });

  it('stops as if interrupted where nobody reads on', async () => {
    const running = start(words('-e', 'broken=yes'), { cwd });
    await running.said('PLAY');
    running.child.stdout!.destroy();
    const { code, stderr } = await running.ended;
    expect([code, stderr]).to.deep.equal([
      130,
      'Interrupted: nobody reads the output any more. Running tasks end, no further ones begin.\n',
    ]);
  });

  it('says what it cannot write down', async () => {
    const { code, stderr } = await run(['--output-file', '/dev/full']);
    expect([code, stderr]).to.deep.equal([
      0,
      'warning: --output-file /dev/full is incomplete, the run continues: ENOSPC: no space left on device, write\n',
    ]);
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 130],
  ] as const)
    it(`on ${signal} ends what is under way and begins nothing more`, async () => {
      const running = start(
        ['run', 'slow.yml', '-i', 'hosts.yml', '-l', 'a', '-e', `folder=${folder}`, '--output', 'jsonl'],
        { cwd },
      );
      await running.said('"begin"');
      running.child.kill(signal);
      const ended = await running.ended;
      const events = eventsIn(ended.stdout);
      expect(events.slice(2).map(({ event, task }) => task ?? event)).to.deep.equal(['begin', 'slow', 'recap']);
      expect([ended.code, events.at(-1)!['exit']]).to.deep.equal([code, 130]);
      expect(ended.stderr).to.contain('Press Ctrl-C again to stop at once');
    });

  it('ends at once on a second one', async () => {
    const running = start(
      ['run', 'slow.yml', '-i', 'hosts.yml', '-l', 'a', '-e', `folder=${folder} seconds=30`, '-vv'],
      { cwd },
    );
    await running.said('begin');
    running.child.kill('SIGINT');
    await running.said('Interrupted');
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code).to.equal(130);
    expect(stderr).to.contain('A command that was running may continue');
  });
});

it('the help fits a terminal and names every sub-command', async () => {
  const { code, stdout } = await tsplay(['--help']);
  expect(code).to.equal(0);
  for (const name of ['run', 'plan', 'apply', 'validate', 'lab']) {
    expect(stdout).to.match(new RegExp(`^  ${name} `, 'm'));
    const help = await tsplay(['help', name]);
    expect(help.code).to.equal(0);
    expect(help.stdout)
      .to.contain(`Usage: tsplay ${name} `)
      .and.not.match(/.{81}|default: \[\]/);
  }
});
