import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { playbookOf } from '../../engine/cli/exec-playbook.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { toValue } from '../../engine/source/node.ts';
import { modules } from '../../modules/index.ts';
import { type Ended, tsplay } from './command.ts';

const known = new Map(modules.map((m) => [m.name, m]));

/** What a task is given, from the words of -a. */
const readAs: readonly (readonly [string, string, unknown])[] = [
  ['command', 'uptime -p', { cmd: 'uptime -p' }],
  ['command', 'chdir=/tmp creates=x ls -l a=b', { chdir: '/tmp', creates: 'x', cmd: 'ls -l a=b' }],
  ['shell', 'x=1; echo "$x"', { cmd: 'x=1; echo "$x"' }],
  ['debug', 'msg=hello', { msg: 'hello' }],
  ['debug', 'hello there', { msg: 'hello there' }],
  ['copy', 'dest=/x content="a b" mode=0600', { dest: '/x', content: 'a b', mode: '0600' }],
  ['copy', "dest=/x content='{{ a }} = b'", { dest: '/x', content: '{{ a }} = b' }],
  ['copy', 'dest=/x content={{ a b }}', { dest: '/x', content: '{{ a b }}' }],
  ['apt', 'name=[curl,wget] update_cache=true', { name: ['curl', 'wget'], update_cache: true }],
  ['apt', "name='true' state=present", { name: 'true', state: 'present' }],
  ['file', '{path: /x, state: touch}', { path: '/x', state: 'touch' }],
  ['file', '{"path": "/x"}', { path: '/x' }],
  ['ping', '', {}],
];

describe('tsplay exec', function () {
  this.timeout(30_000);
  let folder: string;
  let inventory: string;
  const exec = (...words: string[]): Promise<Ended> => tsplay(['exec', ...words, '-i', inventory], { cwd: folder });

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-exec-'));
    inventory = join(folder, 'hosts.yml');
    writeFileSync(inventory, 'all: { hosts: { a: {}, b: {} }, vars: { ansible_connection: local } }\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [module, args, expected] of readAs)
    it(`reads -m ${module} -a '${args}'`, () => {
      const diagnostics = new Diagnostics();
      const { node } = playbookOf({ pattern: 'all', module, args }, known, 'line', diagnostics);
      const [play] = toValue(node) as [{ tasks: [Record<string, unknown>] }];
      expect(JSON.parse(JSON.stringify(play.tasks[0][module]))).to.deep.equal(expected);
      expect(diagnostics.all).to.deep.equal([]);
    });

  it('shows what a command prints, host by host', async () => {
    const { code, stdout, stderr } = await exec('all', '-a', 'echo "on  {{inventory_hostname}}"');
    expect(stderr).to.equal('');
    expect(stdout.split('a | ')[1]).to.match(/^changed \| exit code 0\n {2}on {2}a\n/);
    expect(stdout.split('b | ')[1]).to.match(/^changed \| exit code 0\n {2}on {2}b\n/);
    expect(code).to.equal(0);
  });

  it('ends with 2 where a command failed, and shows all that it printed', async () => {
    const { code, stdout } = await exec('a', '-m', 'shell', '-a', 'echo out; echo err >&2; exit 7');
    expect(stdout).to.equal('a | failed | exit code 7\n  out\n  err\n');
    expect(code).to.equal(2);
  });

  it('shows what a module has found, or would change', async () => {
    const stat = await exec('a', '-m', 'stat', '-a', `path=${folder}`);
    expect(stat.stdout).to.match(/^a \| ok\n {2}stat: \{\n {4}"exists": true,/);
    const copy = await exec('a', '-m', 'copy', '-a', `dest=${folder}/new content=x`, '--check');
    expect(copy.stdout).to.equal(`a | changed\n  content of ${folder}/new: nothing → x\n`);
  });

  it('reports all that is wrong at its place in the command line', async () => {
    const { code, stdout, stderr } = await exec('c', '-m', 'copy', '-a', 'dest=/x contnt=y oh');
    expect(stdout).to.equal('');
    expect(stderr).to.equal(`error: there is no host or group 'c' [unknown-host-pattern]
  --> command line:1:13
  1 | tsplay exec c -m copy -a
    |             ^
  did you mean 'a'?

error: 'copy' has no argument 'contnt' [unknown-argument]
  --> command line:2:9
  2 | dest=/x contnt=y oh
    |         ^^^^^^
  did you mean 'content'?

error: 'oh' is not of the form name=value [free-form]
  --> command line:2:18
  2 | dest=/x contnt=y oh
    |                  ^^
  a map in YAML begins with '{'; the arguments of copy: src, content, decrypt, dest, follow, owner, group, mode, backup, validate, unsafe_writes

3 errors. No host was touched.
`);
    expect(code).to.equal(1);
  });
});
