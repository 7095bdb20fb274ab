import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const native = 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node';
const wasm = "await require('./crypto/poly1305.js')()";

/**
 * Bundles ssh2 without what costs time at each start and no client here needs: its other halves (they load Node's HTTP),
 * the look at the CPU's features (without it AES comes first), and, where its native ciphers are, one more in WebAssembly.
 */
export const leanSsh2Plugin: Plugin = {
  name: 'lean ssh2',
  setup(bundle) {
    bundle.onResolve({ filter: /\/sshcrypto\.node$/ }, () => ({ path: native, external: true }));
    bundle.onResolve({ filter: /^cpu-features$/ }, ({ path }) => ({ path, namespace: 'empty' }));
    bundle.onLoad({ filter: /./, namespace: 'empty' }, () => ({ contents: 'module.exports = () => undefined' }));
    bundle.onLoad({ filter: /\/ssh2\/lib\/(http-agents|server|keygen)\.js$/ }, () => ({ contents: '' }));
    bundle.onLoad({ filter: /\/ssh2\/lib\/protocol\/crypto\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes(wasm)) throw new Error(`${path} no longer has ${wasm}`);
      return { contents: text.replace(wasm, `binding ? { _malloc: () => 0, cwrap: () => undefined } : ${wasm}`) };
    });
  },
};
