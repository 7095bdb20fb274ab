import type { Reader } from '../module/module.ts';
import type { Probe } from '../module/probe.ts';
import { UnknownValue } from '../module/unknown.ts';
import type { ReadObserver } from './types.ts';

/** A run policy has said no. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly hint = 'nothing was changed by this step; a new plan shows what it would do now';
}

/** The same reader; what it misses, and what it reads on this machine, is reported to the observer. */
export function observed(reader: Reader, observer: ReadObserver): Reader {
  return Object.freeze({
    ...reader,
    read: <T>(probe: Probe<T>): Promise<T> =>
      reader.read(probe).catch((error: unknown) => {
        if (error instanceof UnknownValue) observer.missed();
        throw error;
      }),
    on: (host: string) => observed(reader.on(host), observer),
    readLocal: async (path: string) => {
      const content = await reader.readLocal(path);
      if (content) observer.localFile(path, content);
      return content;
    },
  });
}
