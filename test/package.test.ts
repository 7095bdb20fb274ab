import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { example } from './package/example.ts';
import { install, Project } from './package/project.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const site = `
- hosts: web
  tasks:
    - motd: { text: hello, path: DIR/motd }
    - motd: { text: hello, path: DIR/motd }
    - command: echo x
      register: out
    - motd: { text: "{{ out.stdout }}", path: DIR/motd }
    - sure: {}
      ignore_errors: true
`;

/** JavaScript, and a failure of the contract's own class: told as it is, not as a bug. */
const sure = `
import { TaskFailure } from 'tsplay/module';
export default {
  name: 'sure', summary: 'Is not.', args: { type: 'object' }, examples: [],
  async check() { throw new TaskFailure('not sure', { hint: 'make sure' }); },
};
`;

/** Types where they matter: what a schema says of arguments, and which event has which fields. */
const typed = `
import { defineModule, TaskFailure } from 'tsplay/module';
import { LawBroken, tryModule } from 'tsplay/testing';
import { run, validate, type Recap } from 'tsplay';

export const module = defineModule({
  name: 'typed', summary: '', examples: [],
  args: { type: 'object', properties: { many: { type: 'integer', default: 1 }, kind: { enum: ['a', 'b'] } } },
  async check({ many, kind }) {
    const n: number = many;
    const k: 'a' | 'b' | undefined = kind;
    // @ts-expect-error there is no such argument
    const args: { other: string } = { many, kind };
    if (n < 0) throw new TaskFailure(String(k ?? args.other));
    return { present: n, differences: [] };
  },
});
const seen = await tryModule(module, { many: 2 });
const present: number = seen.check.present;
const exits: Recap['exit'][] = [present];
for await (const event of run({ playbook: 'empty.yml', inventory: 'hosts.yml', extraVars: { a: 1 } })) {
  if (event.event === 'recap') exits.push(event.exit);
  // @ts-expect-error not all events have a host
  void event.host;
}
const problems = await validate({ playbook: 'wrong.yml' });
console.log(exits, problems.map(({ code, place }) => code + ':' + place?.line), LawBroken.name);
`;

describe('the package, as npm packs it', function () {
  this.timeout(60_000);
  const project = new Project();
  let packed: readonly string[];

  before(() => {
    packed = install(project);
    project.write({
      ...example,
      'package.json': '{ "type": "module" }',
      'typed.ts': typed,
      'site.yml': site,
      'empty.yml': '- hosts: web\n  tasks: []\n',
      'wrong.yml': '- hosts: web\n  tasks:\n    - motd: { txet: a }\n',
      'hosts.yml': 'web: { hosts: { one: { ansible_connection: local } } }\n',
      'modules/sure.js': sure,
    });
  });
  after(() => project.remove());

  it('holds what is used, and nothing of how it is made', () => {
    const folders = new Set(packed.map((name) => name.split('/', 1).join()));
    expect([...folders].sort()).to.deep.equal([
      'LICENSE',
      'README.md',
      'dist',
      'inventory',
      'package.json',
      'playbooks',
    ]);
    for (const name of ['tsplay.js', 'library.mjs', 'module.mjs', 'testing.mjs', 'types/library.d.ts'])
      expect(packed).to.include(`dist/${name}`);
    for (const name of ['kubernetes/main.go', 'kubernetes/1.36.3/go.mod', 'kubernetes/1.36.3/go.sum', 'pause/go.mod'])
      expect(packed).to.include(`dist/lab-go/${name}`);
  });

  it('is found by npx, and knows its version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const { stdout, status } = project.run('npx', '--offline', '--no-install', 'tsplay', '--version');
    expect([status, stdout.trim()]).to.deep.equal([0, version]);
  });

  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])
    it(`brings types that a program is checked with (${moduleResolution})`, () => {
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'es2023',
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        types: ['node'],
      };
      project.write({ 'tsconfig.json': JSON.stringify({ compilerOptions, include: ['**/*.ts'] }) });
      const { stdout } = project.run(join(root, 'node_modules/.bin/tsc'));
      expect(stdout).to.equal('');
    });

  it('runs that program', () => {
    const { stdout, stderr } = project.run(process.execPath, '--import', 'jiti/register', 'typed.ts');
    expect(stderr).to.equal('');
    expect(stdout.trim()).to.equal("[ 2, 0 ] [ 'unknown-argument:3' ] LawBroken");
  });

  it('runs the program of docs/library.md', () => {
    const { stdout, stderr, status } = project.run(process.execPath, '--import', 'jiti/register', 'program.ts');
    expect(stderr).to.equal('');
    expect(stdout.trim().split('\n')).to.deep.equal([
      'one changed motd',
      'one ok motd',
      'one changed command',
      'one unknown motd',
      'one failed sure',
    ]);
    expect(status).to.equal(0);
  });

  it('runs the test of the module in docs/modules-of-your-own.md', () => {
    const { stdout, status } = project.run(
      process.execPath,
      '--import',
      'jiti/register',
      '--test',
      'modules/motd.test.ts',
    );
    expect(status, stdout).to.equal(0);
  });

  it('checks a playbook with modules of its own', () => {
    const right = project.tsplay('validate', 'site.yml', '-i', 'hosts.yml');
    expect(right.status, right.stdout + right.stderr).to.equal(0);
    const wrong = project.tsplay('validate', 'wrong.yml', '-i', 'hosts.yml');
    expect(wrong.stdout + wrong.stderr).to.include("did you mean 'text'?");
    expect(wrong.status).to.equal(1);
  });

  it('runs a playbook with modules of its own: their failures are those of the engine', () => {
    const { stdout, status } = project.tsplay('run', 'site.yml', '-i', 'hosts.yml', '--output', 'jsonl');
    const results = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map(
        (line) => JSON.parse(line) as { event: string; status: string; message?: string; failure?: { hint: string } },
      )
      .filter(({ event }) => event === 'result');
    expect(results.map((r) => r.status)).to.deep.equal(['changed', 'ok', 'changed', 'changed', 'failed']);
    expect(results.at(-1)).to.include({ message: 'not sure' });
    expect(results.at(-1)!.failure).to.deep.equal({ hint: 'make sure' });
    expect(readFileSync(join(project.folder, 'motd'), 'utf8')).to.equal('x');
    expect(status).to.equal(0);
  });

  it('gives its contract to modules where nothing is installed', () => {
    const other = new Project();
    try {
      other.write({ 'modules/sure.js': sure, 'site.yml': '- hosts: localhost\n  tasks:\n    - sure: {}\n', hosts: '' });
      const program = join(project.folder, 'node_modules/tsplay/dist/tsplay.js');
      const { stdout, status } = other.run(process.execPath, program, 'run', 'site.yml', '-i', 'hosts');
      expect(stdout).to.include('not sure').and.include('make sure').and.not.include('bug');
      expect(status).to.equal(2);
    } finally {
      other.remove();
    }
  });
});
