import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { leanSsh2Plugin } from './ssh2.ts';
import { validatorsPlugin } from './validators.ts';

/**
 * `npm run build [FOLDER]`: bundles the command and the package's entry points into dist/ or another folder, with the
 * entry points' types. Packages with native or generated parts are not bundled but loaded from node_modules.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const out = resolve(process.argv[2] ?? join(root, 'dist'));
/** What programs import: `tsplay`, `tsplay/module`, `tsplay/testing`. */
const entries = { library: 'engine/library.ts', module: 'engine/module/index.ts', testing: 'engine/testing.ts' };

/** What cannot be bundled: native code, generated code, or a compiler. */
const external = ['jiti', 'tsx'];

/** The relative imports of a declaration: they keep the sources' `.ts` ending, but the sources are not published. */
const imports = /(from '|import\(')(\.[^']+)\.ts(?=')/g;

await rm(out, { recursive: true, force: true });
await Promise.all([bundleCommand(), bundleLibrary(), emitTypes()]);
// What the lab compiles Kubernetes from.
await cp(join(root, 'engine/lab/kubernetes/go'), join(out, 'lab-go'), { recursive: true });
await chmod(join(out, 'tsplay.js'), 0o755);

/** The entry points for programs, with the chunks that they share. */
async function bundleLibrary(): Promise<void> {
  await build({
    absWorkingDir: root,
    // The lab's server and relays run as separate, detached processes: they cannot be part of the command.
    entryPoints: {
      ...entries,
      'lab-server': 'engine/lab/server/main.ts',
      'lab-relay': 'engine/lab/server/relay.ts',
    },
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['ssh2', ...external],
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    plugins: [validatorsPlugin],
    logLevel: 'warning',
  });
}

/** The command: one script, whose compiled code V8 caches, and its launcher. Not ESM: that loader takes 15 ms. */
async function bundleCommand(): Promise<void> {
  const common = { absWorkingDir: root, outdir: out, bundle: true, platform: 'node', target: 'node20' } as const;
  const { metafile } = await build({
    ...common,
    entryPoints: { command: 'engine/cli/main.ts' },
    entryNames: '[name]-[hash]',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true, // identifiers stay: they are in the stack traces that users report
    external,
    supported: { 'dynamic-import': false }, // in a script, Node warns about import(); the external packages can be required
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: {
      js: '(function(require,__filename,__dirname,importMetaUrl){const module={};',
    },
    footer: { js: '})' },
    plugins: [validatorsPlugin, leanSsh2Plugin],
    metafile: true,
    logLevel: 'warning',
  });
  const [bundle] = Object.keys(metafile.outputs);
  await build({
    ...common,
    entryPoints: { tsplay: 'engine/cli/start.ts' },
    format: 'cjs',
    define: { BUNDLE: JSON.stringify(basename(bundle!)) },
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'warning',
  });
  await writeFile(join(out, 'package.json'), '{ "type": "commonjs" }\n');
}

/** Writes the declarations that the entry points need to types/; the compiler emits those of the whole engine. */
async function emitTypes(): Promise<void> {
  const all = await mkdtemp(join(tmpdir(), 'tsplay-types-'));
  try {
    const config = join(all, 'tsconfig.json');
    const files = [...Object.values(entries), 'engine/expressions/handlebars/handlebars-parser.d.ts'].map((file) =>
      join(root, file),
    );
    const compilerOptions = {
      noEmit: false,
      noCheck: true, // `npm run lint` does that
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: root,
      outDir: all,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    };
    await writeFile(
      config,
      JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files }),
    );
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', config], { stdio: 'inherit' });
    const wanted = new Set(Object.values(entries).map((file) => join(all, file.replace(/\.ts$/, '.d.ts'))));
    await mkdir(join(out, 'types'), { recursive: true });
    await writeFile(join(out, 'types/package.json'), '{ "type": "module" }\n');
    for (const file of wanted) {
      const text = await readFile(file, 'utf8');
      for (const [, , target] of text.matchAll(imports)) wanted.add(join(dirname(file), `${target}.d.ts`));
      const place = join(out, 'types', relative(join(all, 'engine'), file));
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, text.replace(imports, '$1$2.js'));
    }
  } finally {
    await rm(all, { recursive: true });
  }
}
