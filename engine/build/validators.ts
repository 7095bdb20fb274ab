import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { _ } from 'ajv';
import type { Plugin } from 'esbuild';
import { modules } from '../../modules/index.ts';
import { argumentSchema, makeAjv } from '../playbook/arguments/validators.ts';

/** Compiles the modules' schemas at build time: a run neither loads ajv nor compiles a schema. */
export const validatorsPlugin: Plugin = {
  name: 'made validators',
  setup(bundle) {
    bundle.onLoad({ filter: /\/arguments\/made-validators\.ts$/ }, ({ path }) => ({
      contents: validatorsCode(),
      resolveDir: dirname(path),
      loader: 'js',
    }));
  },
};

function validatorsCode(): string {
  const ajv = makeAjv({ code: { source: true, esm: true, lines: true, formats: _`formats` } });
  const exported = (name: string): string => `of_${name.replaceAll(/\W/g, '_')}`;
  for (const module of modules) ajv.addSchema(argumentSchema(module), module.name);
  const standalone = createRequire(import.meta.url)('ajv/dist/standalone/index.js') as {
    default: (ajv: unknown, names: Readonly<Record<string, string>>) => string;
  };
  const code = standalone.default(ajv, Object.fromEntries(modules.map(({ name }) => [exported(name), name])));
  return [
    `import { modules } from ${JSON.stringify(join(import.meta.dirname, '../../modules/index.ts'))};`,
    "import { formats } from './formats.ts';",
    code,
    `const all = { ${modules.map(({ name }) => `${JSON.stringify(name)}: ${exported(name)}`).join(', ')} };`,
    'export const madeValidators = new Map(modules.map((module) => [module, all[module.name]]));',
  ].join('\n');
}
