import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { root, tsplay } from './command.ts';

const folder = `${root}test/fixtures/cli/wrong`;

/** A host's port at which nobody may knock. */
async function withPort(use: (port: number) => Promise<void>): Promise<number> {
  let knocks = 0;
  const server = createServer((socket) => {
    knocks++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = server.address();
    await use(typeof address === 'object' ? address!.port : 0);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  return knocks;
}

describe('what is wrong in what a person wrote', function () {
  this.timeout(20_000);

  for (const command of ['run', 'validate'])
    it(`${command} reports all of it at once, and touches no host`, async () => {
      const knocks = await withPort(async (port) => {
        const args = ['site.yml', '-i', 'hosts.yml', '-e', `ansible_port=${port}`, '-t', 'wbe', '-l', 'daed'];
        const { code, stdout, stderr } = await tsplay([command, ...args], { cwd: folder });
        const [reported, nothing] = command === 'run' ? [stderr, stdout] : [stdout, stderr];
        expect(reported).to.equal(readFileSync(`${folder}/report.txt`, 'utf8'));
        expect(nothing).to.equal('');
        expect(code).to.equal(1);
      });
      expect(knocks).to.equal(0);
    });

  it('leaves standard output to programs', async () => {
    const { code, stdout } = await tsplay(['run', 'site.yml', '-i', 'hosts.yml', '--output', 'jsonl'], { cwd: folder });
    expect([code, stdout]).to.deep.equal([1, '']);
  });

  const cases: readonly (readonly [title: string, args: string, reported: readonly string[]])[] = [
    ['no sub-command', '', ['Usage: tsplay', 'run playbooks']],
    ['an unknown sub-command', 'rnu site.yml', ["unknown command 'rnu'", 'Did you mean run?']],
    ['an unknown option', 'run site.yml --limt x', ["unknown option '--limt'", 'Did you mean --limit?']],
    ['no playbook', 'run -i hosts.yml', ["missing required argument 'playbook'"]],
    ['no inventory', 'run site.yml', ['error: no inventory: without one', 'name one with -i', 'No host was touched']],
    [
      'an inventory that is not there',
      'run site.yml -i nothing.yml',
      ['/nothing.yml does not exist', 'No host was touched'],
    ],
    [
      'a playbook that is not there',
      'run nothing.yml -i hosts.yml',
      ['error: there is no playbook nothing.yml', 'No host was touched'],
    ],
    ['an inventory that is not there is no reason to doubt variables', 'run fine.yml -i nothing.yml', ['1 error.']],
    [
      'a number that is none',
      'run fine.yml -i one.yml --forks many',
      ["--forks needs a whole number from 1 up, not 'many'"],
    ],
    [
      'a form of output that there is not',
      'run fine.yml -i one.yml --output xml',
      ["--output is human or jsonl, not 'xml'"],
    ],
    [
      'an output file that cannot be',
      'run fine.yml -i one.yml --output-file no/such/folder',
      ['error: --output-file: ENOENT'],
    ],
    ['a variable without a value', 'run fine.yml -i one.yml -e greeting', ["'greeting' is not of the form name=value"]],
    [
      'a file of variables that is not there',
      'run fine.yml -i one.yml -e @nothing.yml',
      ['error: -e @nothing.yml cannot be read: there is no such file'],
    ],
    ['variables that are no map', 'run fine.yml -i one.yml -e [1]', ['variables are a map of names to values']],
    ['variables in broken YAML', 'run fine.yml -i one.yml -e {a:', ["this '{' is not closed"]],
    [
      'a password without a terminal',
      'run fine.yml -i one.yml -K',
      ['cannot ask for the BECOME password: standard input is not a terminal'],
    ],
  ];
  for (const [title, args, reported] of cases)
    it(title, async () => {
      const { code, stdout, stderr } = await tsplay(args.split(' ').filter(Boolean), { cwd: folder });
      for (const text of reported) expect(stderr).to.contain(text);
      expect(stderr).not.to.match(/\n\s+at .*\(/, 'a stack trace');
      expect([code, stdout]).to.deep.equal([1, '']);
    });
});
