import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const native = 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node';
const wasm = "await require('./crypto/poly1305.js')()";

/**
 * Bundles ssh2 without parts that slow down every start and that this client does not need: its server and HTTP agents
 * (they load Node's HTTP), the detection of CPU features (without it AES comes first), and the WebAssembly cipher if the
 * native ciphers are available.
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
      if (!text.includes(wasm)) throw new Error(`${path} no longer contains ${wasm}`);
      return { contents: text.replace(wasm, `binding ? { _malloc: () => 0, cwrap: () => undefined } : ${wasm}`) };
    });
  },
};
