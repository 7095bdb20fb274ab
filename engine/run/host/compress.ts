import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** From here on it can pay. */
const worthwhile = 64 * 1024;
const sample = 64 * 1024;
/** What stays of what was, at most. */
const pays = 0.7;

/** The same content goes to many hosts. */
const known = new WeakMap<Buffer, Promise<Buffer | undefined>>();

/** The content for the way; undefined where it is short, or would hardly become shorter. */
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
