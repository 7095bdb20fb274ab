import type { Reader, Writer } from '../../../engine/module/module.ts';

/** A host seen past the cache, here and on every other host: for waiting with the same code that checks. */
export function fresh(host: Writer): Reader {
  return {
    read: (probe) => host.readNow(probe),
    on: (name) => fresh(host.on(name)),
    readLocal: (path) => host.readLocal(path),
    secret: (text) => host.secret(text),
  };
}
