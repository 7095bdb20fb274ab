import { closeSync, constants, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { cacheFolder } from '../source/folders.ts';
import { writeWhole } from './write-whole.ts';

/**
 * The start of the built command (dist/tsplay.js): runs the bundle beside it with the code that V8 has compiled before,
 * which halves the start-up time. The code is in the user's cache folder, per installation, Node version and sub-command;
 * it is written when a command ends, and again when the bundle has changed or much had to be compiled.
 */
declare const BUNDLE: string; // the file's name, in which the build puts a hash of its content

const bundle = join(__dirname, BUNDLE);
const folder = cacheFolder('code');
const installation = encodeURIComponent(__dirname);
const word = process.argv.slice(2).find((argument) => /^[a-z]+$/.test(argument)) ?? '';
const kept = join(folder, [installation, BUNDLE, process.version, word].join('@'));

const [compiled, size] = read();
const script = new Script(readFileSync(bundle, 'latin1'), {
  filename: bundle,
  ...(compiled && { cachedData: compiled }),
});
// Optimizing takes a quarter of a short run's time and never pays off; a long run gets it later.
// Not before Node's own parts are loaded: V8 rejects cached code, theirs too, if the flags differ.
setImmediate(() => setFlagsFromString('--no-opt'));
setTimeout(() => setFlagsFromString('--opt'), 10_000).unref();
process.once('exit', keep);
const run = script.runInThisContext() as (
  ...names: [NodeJS.Require, file: string, folder: string, url: string]
) => void;
run(createRequire(bundle), bundle, __dirname, pathToFileURL(bundle).href);

/** The code, and how much had been compiled when it was written. It will be run, so it must be the user's own. */
function read(): [code: Buffer | undefined, size: number] {
  try {
    const file = openSync(kept, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(file);
      if (stats.uid !== process.getuid?.() || !stats.isFile()) return [undefined, 0];
      const content = readFileSync(file);
      return [content.subarray(8), content.readDoubleLE()];
    } finally {
      closeSync(file);
    }
  } catch {
    return [undefined, 0];
  }
}

function keep(): void {
  setFlagsFromString('--opt');
  const now = getHeapCodeStatistics().bytecode_and_metadata_size;
  if (!script.cachedDataRejected && now < size * 1.1) return;
  const head = Buffer.alloc(8);
  head.writeDoubleLE(now);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder))
      if (name.startsWith(`${installation}@`) && name.split('@')[1] !== BUNDLE) unlinkSync(join(folder, name));
    writeWhole(kept, Buffer.concat([head, script.createCachedData()]), { volatile: true });
  } catch {
    // the cache folder cannot be written: the next start is slower
  }
}
