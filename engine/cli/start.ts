import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/**
 * The start of the built command (dist/tsplay.js): runs the bundle beside it with the code that V8 has compiled before,
 * which is half of what starting costs otherwise. It lies in the user's cache folder, by installation, Node and
 * sub-command; it is made when a command ends, and made anew when the bundle is another or when much had to be compiled.
 */
declare const BUNDLE: string; // the file's name, in which the build puts a hash of its content

const bundle = join(__dirname, BUNDLE);
const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tsplay/code');
const installation = encodeURIComponent(__dirname);
const word = process.argv.slice(2).find((argument) => /^[a-z]+$/.test(argument)) ?? '';
const kept = join(folder, [installation, BUNDLE, process.version, word].join('@'));

const [compiled, size] = read();
const script = new Script(readFileSync(bundle, 'latin1'), {
  filename: bundle,
  ...(compiled && { cachedData: compiled }),
});
// A short run is over before optimised code has paid for its making, a quarter of all its work; a long one gets it later.
// Not before Node's own parts are loaded: code that is kept, theirs too, is refused where flags differ.
setImmediate(() => setFlagsFromString('--no-opt'));
setTimeout(() => setFlagsFromString('--opt'), 10_000).unref();
process.once('exit', keep);
const run = script.runInThisContext() as (
  ...names: [NodeJS.Require, file: string, folder: string, url: string]
) => void;
run(createRequire(bundle), bundle, __dirname, pathToFileURL(bundle).href);

/** The code, and how much had been compiled when it was kept. Only what is the user's own: it will be run. */
function read(): [code: Buffer | undefined, size: number] {
  try {
    const file = openSync(kept, 'r');
    try {
      if (fstatSync(file).uid !== process.getuid?.()) return [undefined, 0];
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
    const partial = `${kept}.${process.pid}`;
    writeFileSync(partial, Buffer.concat([head, script.createCachedData()]), { mode: 0o600, flag: 'wx' });
    renameSync(partial, kept);
  } catch {
    // a home that cannot be written: the command starts as slowly as before
  }
}
