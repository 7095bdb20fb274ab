import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ValidateFunction } from 'ajv';
import { expect } from 'chai';
import { build } from 'esbuild';
import { validatorsPlugin } from '../../engine/build/validators.ts';
import { argumentSchema, makeAjv } from '../../engine/playbook/arguments/validators.ts';
import { modules } from '../../modules/index.ts';

describe('validators that the build makes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-validators-'));
  after(() => rmSync(folder, { recursive: true }));
  let made: ReadonlyMap<{ readonly name: string }, ValidateFunction>;

  before(async () => {
    const outfile = join(folder, 'made.mjs');
    await build({
      entryPoints: ['engine/playbook/arguments/made-validators.ts'],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      plugins: [validatorsPlugin],
      external: [],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    ({ madeValidators: made } = (await import(pathToFileURL(outfile).href)) as { madeValidators: typeof made });
  });

  it('are there for every module that comes along', () =>
    expect([...made.keys()].map(({ name }) => name)).to.deep.equal(modules.map(({ name }) => name)));

  const ajv = makeAjv();
  for (const module of modules)
    it(`${module.name}: find and fill in the same as those that are made at run time`, () => {
      const own = [...made].find(([{ name }]) => name === module.name)![1];
      const compiled = ajv.compile(argumentSchema(module));
      const names = Object.keys(module.args.properties ?? {});
      const given = [
        {},
        { nonsense: 1 },
        ...[true, 7, 'text', '0644', '/p', [], {}].map((v) => Object.fromEntries(names.map((n) => [n, v]))),
      ];
      for (const args of given) {
        const [one, other] = [structuredClone(args), structuredClone(args)];
        expect(own(one)).to.equal(compiled(other));
        expect(own.errors).to.deep.equal(compiled.errors);
        expect(one).to.deep.equal(other);
      }
    });
});
