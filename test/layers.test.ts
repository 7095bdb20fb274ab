import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/** Top to bottom: a layer imports only from itself and from what stands below it. */
const layers = [
  'cli',
  'lab',
  'library',
  'testing',
  'reference',
  'editor',
  'report',
  'plans',
  'run',
  'variables',
  'facts',
  'project',
  'playbook',
  'inventory',
  'expressions',
  'vault',
  'transport',
  'module',
  'source',
];
/** The places where a layer may reach outside the engine: only the command joins the engine with its modules and lab. */
const outside: Record<string, RegExp> = {
  'engine/library.ts': /^modules\/index\.ts$/,
  'engine/cli/request.ts': /^modules\/index\.ts$/,
  'engine/cli/modules.ts': /^modules\/index\.ts$/,
};

const root = fileURLToPath(new URL('..', import.meta.url));

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

function imports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!);
  return found.map((target) => normalize(join(dirname(file), target)));
}

function layerOf(file: string): string {
  return file.split('/')[1]!.replace(/\.ts$/, '');
}

describe('layers', () => {
  for (const file of sources('engine').filter((f) => !f.startsWith('engine/build'))) {
    it(`${file} imports only downwards`, () => {
      const own = layers.indexOf(layerOf(file));
      expect(own, `the folder of ${file} is not among the layers`).to.be.at.least(0);
      for (const target of imports(file)) {
        if (outside[file]?.test(target)) continue;
        expect(target, 'an import from outside the engine').to.match(/^engine\//);
        expect(layers.indexOf(layerOf(target)), `${file} → ${target}`).to.be.at.least(own);
      }
    });
  }

  for (const file of sources('modules')) {
    it(`${file} imports only the contract`, () => {
      for (const target of imports(file)) expect(target).to.match(/^(engine\/module\/|modules\/)/);
    });
  }

  it('has no file of more than 300 lines', () => {
    const long = [...sources('engine'), ...sources('modules')].filter(
      (f) => readFileSync(join(root, f), 'utf8').split('\n').length > 301,
    );
    expect(long).to.deep.equal([]);
  });

  it('are those that docs/architecture.md lists', () => {
    const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8').replaceAll(/\s+/g, ' ');
    expect(page).to.contain(layers.join(' → '));
  });
});
