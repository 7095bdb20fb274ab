import { execFileSync, spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { applyCommand } from '../../engine/cli/commands/apply.ts';
import { extraVars } from '../../engine/cli/extra.ts';
import { newKey } from '../../engine/cli/plan-key.ts';
import { readInput } from '../../engine/cli/vault-files.ts';
import { vaultFrom } from '../../engine/cli/vault-passwords.ts';
import { withOwnModules } from '../../engine/project/modules.ts';
import { prepare } from '../../engine/run/prepare.ts';
import { Diagnostics, formatDiagnostic, InvalidInput } from '../../engine/source/diagnostic.ts';
import { digestOfFile } from '../../engine/source/inputs.ts';
import { readGiven } from '../../engine/source/read-once.ts';
import { problemOf, systemProblem } from '../../engine/source/system-error.ts';
import { KeyCache } from '../../engine/transport/ssh/auth.ts';
import { addKnownHost, KnownHostsCache } from '../../engine/transport/ssh/known-hosts.ts';
import { Vault } from '../../engine/vault/vault.ts';
import { modules } from '../../modules/index.ts';
import { layOut } from './lay-out.ts';

const playbook = (rest: string): string => `- hosts: all\n  ${rest}\n`;
const task = (text: string): string => playbook(`tasks:\n    - name: t\n      ${text}`);

/** Each file that a run reads: what names it, and where it is. */
const ofRuns: Readonly<Record<string, readonly [playbook: string, path: string, warns?: true]>> = {
  'the playbook': ['[]', 'site.yml'],
  'an imported playbook': ['- import_playbook: x.yml\n', 'x.yml'],
  'included tasks': [task('include_tasks: x.yml'), 'x.yml'],
  'imported tasks': [task('import_tasks: x.yml'), 'x.yml'],
  'tasks of a role': [playbook('roles: [r]'), 'roles/r/tasks/main.yml'],
  'variables of a role in a folder': [playbook('roles: [r]'), 'roles/r/vars/main/x.yml'],
  'defaults of a role': [playbook('roles: [r]'), 'roles/r/defaults/main.yml'],
  'handlers of a role': [playbook('roles: [r]'), 'roles/r/handlers/main.yml'],
  vars_files: [playbook('vars_files: [x.yml]'), 'x.yml'],
  include_vars: [task('include_vars: x.yml'), 'x.yml'],
  'include_vars of a folder': [task('include_vars: { dir: d }'), 'd/x.yml'],
  group_vars: ['[]', 'group_vars/all.yml'],
  'group_vars in a folder': ['[]', 'group_vars/all/x.yml'],
  host_vars: ['[]', 'host_vars/a.yml'],
  'an inventory': ['[]', 'hosts.yml'],
  'what copy sends': [task('copy: { src: x, dest: /tmp/x }'), 'files/x'],
  'a template': [task('template: { src: x, dest: /tmp/x }'), 'templates/x'],
};

/** One for all: it outlives the process that listened at it. */
let made: string | undefined;
function socket(): string {
  if (made !== undefined) return made;
  made = join(mkdtempSync(join(tmpdir(), 'tsplay-socket-')), 's');
  const listen = `require('net').createServer().listen(${JSON.stringify(made)}, () => process.exit())`;
  execFileSync(process.execPath, ['-e', listen]);
  return made;
}

type Make = (path: string) => void;
/** What may be there instead of a file, and how it is called. */
const kinds: Readonly<Record<string, Make>> = {
  'named pipe': (path) => execFileSync('mkfifo', [path]),
  folder: (path) => mkdirSync(path),
  socket: (path) => {
    linkSync(socket(), path);
  },
  device: (path) => symlinkSync('/dev/zero', path),
  'larger than': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 3 * 1024 ** 3);
  },
};

async function toldOf(folder: string): Promise<string> {
  try {
    const { warnings } = await prepare({
      playbooks: [join(folder, 'site.yml')],
      inventories: [join(folder, 'hosts.yml')],
      extra: new Map(),
      modules: new Map(modules.map((module) => [module.name, module])),
      options: { check: false, forks: 5, forceHandlers: false, tags: [], skipTags: [], become: false },
    });
    return `accepted ${warnings.map((one) => one.message).join('; ')}`;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.diagnostics.map((one) => formatDiagnostic(one)).join('\n');
  }
}

/** What reads one file that is no part of a playbook; a text that it gives back is what it says. */
const others: Readonly<Record<string, (path: string) => unknown>> = {
  '-e @file': (path) => extraVars([`@${path}`], new Vault()),
  'a vault password file': (path) => vaultFrom({ vaultPasswordFile: [path] }),
  'what vault encrypts': (path) => readInput(path),
  'a plan': (path) => applyCommand(path, { output: 'human' }),
  'a file on the command line': readGiven,
  'a key': async (path) => new KeyCache().read(path, undefined),
  known_hosts: (path) => new KnownHostsCache().read([path]),
  'known_hosts that gets a key': (path) => addKnownHost(path, 'a', Buffer.from('\0\0\0\x03rsa')),
};

describe('what is no file, or too large', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-inputs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  after(() => {
    if (made !== undefined) rmSync(dirname(made), { recursive: true });
  });

  for (const [kind, make] of Object.entries(kinds)) {
    for (const [input, [text, name]] of Object.entries(ofRuns))
      it(`is told before the run: a ${kind} as ${input}`, async () => {
        const dir = layOut({ playbook: text });
        try {
          const path = join(dir, name);
          mkdirSync(dirname(path), { recursive: true });
          rmSync(path, { force: true });
          make(path);
          const told = await toldOf(dir);
          // A folder may stand for its files.
          if (kind === 'folder' && told.startsWith('accepted')) return;
          expect(told).not.to.match(/^accepted/);
          expect(told).to.match(/\w+\.yml:\d+:\d+|inventory .* cannot be read|there is no playbook/);
          expect(told).to.match(/it is (a|larger)|is a folder|not a regular file|there is no|does not exist/);
          expect(told).not.to.match(/\bE[A-Z]{3,}\b|illegal|operation/);
        } finally {
          rmSync(dir, { recursive: true });
        }
      });
    for (const [input, read] of Object.entries(others))
      it(`is told: a ${kind} as ${input}`, async () => {
        const path = join(folder, 'x');
        make(path);
        let said: unknown;
        try {
          said = await read(path);
        } catch (error) {
          said = systemProblem(error) ?? problemOf(error);
        }
        expect(said).to.be.a('string');
        expect(said).to.contain(kind);
      });
    it(`has no digest: a ${kind}`, async () => {
      if (kind === 'larger than') return; // of a file it is made bit by bit, and none is larger than what a task sends
      const path = join(folder, 'x');
      make(path);
      expect(await digestOfFile(path)).to.equal(undefined);
    });
    it(`is no module and no package.json: a ${kind}`, async () => {
      mkdirSync(join(folder, 'modules'));
      for (const name of ['package.json', 'modules/x.ts']) make(join(folder, name));
      const diagnostics = new Diagnostics();
      await withOwnModules([folder], new Map(), diagnostics);
      const told = diagnostics.all.map(({ message }) => message).join('\n');
      expect(told)
        .to.contain('package.json cannot be read')
        .and.to.match(/this file fails to load: it is/);
    });
    it(`is no key of plans: a ${kind}`, () => {
      const before = process.env['XDG_STATE_HOME'];
      process.env['XDG_STATE_HOME'] = folder;
      try {
        mkdirSync(join(folder, 'tsplay'));
        make(join(folder, 'tsplay/plan.key'));
        expect(() => newKey(new Vault())).to.throw();
      } finally {
        if (before === undefined) delete process.env['XDG_STATE_HOME'];
        else process.env['XDG_STATE_HOME'] = before;
      }
    });
  }

  it('is not what a shell gives: a pipe is read to its end', () => {
    const script = `import('${process.cwd()}/engine/source/read-once.ts').then(async (m) => console.log((await m.readGiven(process.argv[1])).length))`;
    const command = `"$0" --import=tsx --input-type=module -e "$1" <(head -c 200000 /dev/zero)`;
    const ran = spawnSync('bash', ['-c', command, process.execPath, script]);
    expect(ran.stdout.toString(), ran.stderr.toString()).to.equal('200000\n');
  });
});
