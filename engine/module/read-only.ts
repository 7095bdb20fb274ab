import type { Reader, Writer } from './module.ts';
import type { Probe } from './probe.ts';

const writing = ['run', 'shell', 'write', 'writeLocal', 'readNow', 'reconnect'] as const;

const refusals = Object.fromEntries(
  writing.map((method) => [
    method,
    (): never => {
      throw new Error(`reading is apart from writing: check called host.${method}, which is for change only`);
    },
  ]),
);

/**
 * What `check` gets of a host: eyes, and no hands. The types say so already; this holds it also for modules that are
 * plain JavaScript, or that cast.
 */
export function readOnly(host: Writer): Reader {
  return Object.freeze({
    ...refusals,
    read: <T>(probe: Probe<T>) => host.read(probe),
    on: (other: string) => readOnly(host.on(other)),
    readLocal: (path: string) => host.readLocal(path),
    secret: (text: string) => host.secret(text),
    ...(host.signal && { signal: host.signal }),
  });
}

/** A host seen past the cache, here and on every other host: for waiting with the same code that checks. */
export function fresh(host: Writer): Reader {
  return {
    read: (probe) => host.readNow(probe),
    on: (name) => fresh(host.on(name)),
    readLocal: (path) => host.readLocal(path),
    secret: (text) => host.secret(text),
    ...(host.signal && { signal: host.signal }),
  };
}
