import type { Reader, Writer } from './module.ts';
import type { Probe } from './probe.ts';

const writing = ['run', 'shell', 'write', 'writeLocal', 'readNow', 'reconnect'] as const;

const refusals = Object.fromEntries(
  writing.map((method) => [
    method,
    (): never => {
      throw new Error(`check called host.${method}, which only change may use: a check never writes`);
    },
  ]),
);

/**
 * What `check` gets of a host. The types already forbid writing; this also enforces it for modules that are
 * plain JavaScript, or that use casts.
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

/** Reads without the cache, on this and every other host: to wait with the code of the check. */
export function fresh(host: Writer): Reader {
  return {
    read: (probe) => host.readNow(probe),
    on: (name) => fresh(host.on(name)),
    readLocal: (path) => host.readLocal(path),
    secret: (text) => host.secret(text),
    ...(host.signal && { signal: host.signal }),
  };
}
