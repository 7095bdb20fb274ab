import { chmod, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * `npm run build`: the command as one bundle with lazy chunks in dist/. Packages with native or generated parts stay
 * outside and are loaded from node_modules.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
await rm(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  // The lab's server and relays run by themselves, detached: they cannot be chunks of the command.
  entryPoints: {
    tsplay: 'engine/cli/main.ts',
    'lab-server': 'test/lab/server/main.ts',
    'lab-relay': 'test/lab/server/relay.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['ssh2', '@bufbuild/re2', 'tsx'],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await chmod(`${root}dist/tsplay.js`, 0o755);
