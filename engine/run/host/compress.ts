import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Compression can pay from this size on. */
const worthwhile = 64 * 1024;
const sample = 64 * 1024;
/** The largest compressed share that still pays. */
const pays = 0.7;

/** The same content is sent to many hosts. */
const known = new WeakMap<Buffer, Promise<Buffer | undefined>>();

/** The content, compressed; undefined if it is short or would hardly become shorter. */
export function compressed(content: Buffer): Promise<Buffer | undefined> {
  if (content.length < worthwhile) return Promise.resolve(undefined);
  let found = known.get(content);
  if (!found) known.set(content, (found = shorter(content)));
  return found;
}

async function shorter(content: Buffer): Promise<Buffer | undefined> {
  const middle = Math.max(0, Math.floor((content.length - sample) / 2));
  const part = content.subarray(middle, middle + sample);
  if ((await compress(part, { level: 1 })).length > pays * part.length) return undefined;
  const whole = await compress(content, { level: 1 });
  return whole.length > pays * content.length ? undefined : whole;
}
