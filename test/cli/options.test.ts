import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type RunCommandOptions, runCommand } from '../../engine/cli/commands/run.ts';
import { root, tsplay } from './command.ts';

const cwd = `${root}test/fixtures/cli/options`;
const run = (...args: string[]) => tsplay(['run', 'site.yml', '-i', 'hosts.yml', ...args], { cwd });
const golden = (name: string): string => readFileSync(`${cwd}/${name}`, 'utf8');

describe('options of tsplay run', function () {
  this.timeout(20_000);

  it('--list-hosts, --list-tasks and --list-tags show plays with their roles, blocks and includes', async () => {
    const { code, stdout } = await run('--list-hosts', '--list-tasks', '--list-tags', '-l', 'web');
    expect([code, stdout]).to.deep.equal([0, golden('list.txt')]);
  });

  it('--limit may be given several times', async () => {
    const { stdout } = await run('--list-hosts', '-l', 'web:!a', '-l', 'c');
    expect(stdout).to.equal('play: first  [all-of-it]\n  hosts (1):\n    b\n\nplay: second\n  hosts (1):\n    c\n');
  });

  it('--start-at-task leaves out what stands before', async () => {
    const { code, stdout } = await run('--start-at-task', 'try', '--list-tasks', '-t', 'two,three');
    expect([code, stdout]).to.deep.equal([
      0,
      'play: first  [all-of-it]\n  tasks:\n    block: careful\n      try  [all-of-it, two]\n\nplay: second\n  tasks:\n    last  [three]\n',
    ]);
  });

  it('-v shows what was right, -vv where and how long it took, -vvv what went to the hosts', async () => {
    const lines = async (option: string) =>
      (await run('-l', 'a', '-t', 'two', option)).stdout
        .split('PLAY second')[0]!
        .replaceAll(/\d+ ms/g, 'N ms')
        .trim()
        .split('\n');
    const [task, at] = ['✓ try', '      at site.yml:12:11, N ms'];
    expect(await lines('-v')).to.deep.equal(['PLAY first  a', task, '    ok a']);
    expect(await lines('-vv')).to.deep.equal(['PLAY first  a', task, '    ok a', at]);
    expect(await lines('-vvv')).to.deep.equal([
      'PLAY first  a',
      '▸ try  a',
      '    a $ exec echo tried',
      '    a → N ms',
      task,
      '    ok a',
      at,
    ]);
  });

  const wrong: readonly (readonly [options: Partial<RunCommandOptions>, reported: string])[] = [
    [{ startAtTask: 'tyr' }, "--start-at-task: there is no task 'tyr'"],
    [{ limit: [''] }, '--limit is empty: is a variable not set?'],
    [{ inventory: [''] }, '--inventory is empty: is a variable not set?'],
    [{ tags: [','] }, '--tags names no tag: is a variable not set?'],
    [{ limit: ['c', 'wbe'] }, "--limit: there is no host or group 'wbe'"],
    [{ limit: ['web:&db'] }, "--limit 'web:&db' leaves no host: the plays are for a, b, c"],
    [{ step: true, output: 'jsonl' }, '--step needs --output human'],
    [{ syntaxCheck: true }, 'to check without running, use tsplay validate '],
    [{ privateKey: 'nothing' }, '--private-key nothing: there is no such file'],
    [{ becomeMethod: 'sduo' }, "--become-method is sudo, doas or su, not 'sduo'"],
    [{ timeout: '0' }, "--timeout needs a whole number from 1 up, not '0'"],
  ];
  for (const [options, reported] of wrong)
    it(`reports what is wrong: ${reported}`, async () => {
      const given = { inventory: [`${cwd}/hosts.yml`], output: 'human', verbose: 0, ...options };
      const error = await runCommand([`${cwd}/site.yml`], given).then(
        () => undefined,
        (thrown: unknown) => thrown as Error,
      );
      expect(error?.message).to.contain(reported);
    });

  it('--step needs a terminal', async () => {
    const { code, stderr } = await run('--step');
    expect([code, stderr]).to.deep.equal([1, 'error: --step needs a terminal on standard input\n']);
  });

  it('the help is as it was read last', async () => {
    for (const command of ['run', 'plan', 'apply', 'inventory'])
      expect((await tsplay(['help', command])).stdout).to.equal(golden(`help-${command}.txt`));
  });
});
