import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { TaskFailure } from '../../engine/module/failure.ts';
import type { AnyModule } from '../../engine/module/module.ts';
import { faultsOf } from '../../engine/project/faults.ts';
import { originOf } from '../../engine/project/locate.ts';
import { withOwnModules } from '../../engine/project/modules.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { formatPlace } from '../../engine/source/place.ts';
import { modules } from '../../modules/index.ts';
import { wrong } from './cases.ts';

const builtIn = new Map(modules.map((module) => [module.name, module]));

interface Seen {
  readonly folder: string;
  readonly all: ReadonlyMap<string, AnyModule>;
  /** Those that are not tsplay's own. */
  readonly own: readonly string[];
  readonly reported: readonly string[];
}

/** What is found in a project of these files; it is gone when the test has ended. */
async function project(files: Readonly<Record<string, string>>, below = '.'): Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-project-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const diagnostics = new Diagnostics();
    const all = await withOwnModules([join(folder, below)], builtIn, diagnostics);
    const reported = diagnostics.all.map(({ code, place, message, hint }) =>
      `${place ? `${formatPlace(place)} ` : ''}${code}: ${message}${hint === undefined ? '' : ` (${hint})`}`.replaceAll(
        `${folder}/`,
        '',
      ),
    );
    return { folder, all, own: [...all.keys()].filter((name) => !builtIn.has(name)), reported };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const text = (name: string): string =>
  `import { type AnyModule, TaskFailure } from 'tsplay/module';
  export const it: AnyModule = {
    name: '${name}', summary: '', args: { type: 'object' }, examples: [],
    check() { throw new TaskFailure('of the same class'); },
  };\n`;

describe('modules of the project', () => {
  describe('problems are reported at their place', () => {
    for (const { title, files, reported } of wrong)
      it(title, async () => {
        const seen = await project(files);
        const patterns = reported.filter((line) => line.startsWith('^'));
        if (patterns.length === 0) expect(seen.reported).to.deep.equal(reported);
        for (const [i, pattern] of patterns.entries()) expect(seen.reported[i]).to.match(new RegExp(pattern));
      });
  });

  it('are those of tsplay where there are no others', async () => {
    expect((await project({ 'site.yml': '[]' })).all).to.equal(builtIn);
  });

  it('are found in modules/ and in the modules/ of roles, in TypeScript and in JavaScript', async () => {
    const { own, reported } = await project({
      'modules/a.ts': text('a_'),
      'modules/b.mts': text('b_'),
      'modules/c.js': text('c_').replace('type AnyModule, ', '').replace(': AnyModule', ''),
      'roles/web/modules/d.ts': text('d_'),
    });
    expect(reported).to.deep.equal([]);
    expect(own).to.deep.equal(['a_', 'b_', 'c_', 'd_']);
  });

  it('are found in roles beside the folder of the playbook', async () => {
    expect((await project({ 'roles/web/modules/d.ts': text('d_'), 'books/x.yml': '' }, 'books')).own).to.deep.equal([
      'd_',
    ]);
  });

  it('are not searched in helpers, tests, declarations and folders below', async () => {
    const names = ['_help.ts', '.hidden.ts', 'a.test.ts', 'a.spec.js', 'a.d.ts', 'lib/help.ts', 'readme.md'];
    const { own, reported } = await project(Object.fromEntries(names.map((name) => [`modules/${name}`, 'broken (('])));
    expect([own, reported]).to.deep.equal([[], []]);
  });

  it('can be several in one file, and one under two names', async () => {
    const { own, reported } = await project({
      'modules/many.ts': `${text('a_')}export const other = { ...it, name: 'b_' };\nexport default it;\n`,
    });
    expect([own, reported]).to.deep.equal([['a_', 'b_'], []]);
  });

  it('are of a package that package.json names, whichever tsplay lies beside it', async () => {
    const { own, reported, all } = await project(
      {
        'package.json': '{ "tsplay": { "modules": ["tsplay-module-x", "@own/modules"] } }',
        'node_modules/tsplay-module-x/package.json': '{ "type": "module", "exports": "./index.js" }',
        'node_modules/tsplay-module-x/index.js': text('x_').replace('type AnyModule, ', '').replace(': AnyModule', ''),
        'node_modules/@own/modules/package.json': '{ "type": "module", "main": "main.ts" }',
        'node_modules/@own/modules/main.ts': text('y_'),
        'node_modules/tsplay/package.json': '{ "name": "tsplay", "exports": { "./module": "./other.js" } }',
        'node_modules/tsplay/other.js': 'exports.TaskFailure = class TaskFailure extends Error {};',
      },
      'playbooks/more',
    );
    expect(reported).to.deep.equal([]);
    expect(own).to.deep.equal(['x_', 'y_']);
    for (const name of own) expect(() => void all.get(name)!.check({}, {} as never)).to.throw(TaskFailure);
  });

  it('are remembered with their file', async () => {
    const { all, folder } = await project({ 'modules/a.ts': text('a_') });
    expect(originOf(all.get('a_')!)).to.equal(join(folder, 'modules/a.ts'));
    expect(originOf(all.get('copy')!)).to.equal(undefined);
  });

  it('that cannot be used have a placeholder', async () => {
    const { own } = await project({
      'modules/motd.ts': '((',
      'modules/other.ts': "export const x = { name: 'real', args: 1 };",
    });
    expect(own).to.deep.equal(['motd', 'real']);
  });
});

describe('the modules of tsplay', () => {
  for (const module of modules)
    it(`${module.name} would pass as a project's own`, () => expect(faultsOf({ ...module })).to.deep.equal([]));
});
