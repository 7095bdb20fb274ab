import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Place } from '../source/place.ts';
import { placeOfLine } from './locate.ts';

export interface Frame {
  readonly place: Place;
  /** The stack from here on, without what is not the project's. */
  readonly stack: string;
}

/** Where in the folder of `file` (in node_modules: of the package's file) something was thrown. Only lines are exact. */
export function frameIn(stack: string, file: string): Frame | undefined {
  const folder = `${dirname(file)}${sep}`;
  const frames = stack.split('\n').flatMap((line) => {
    const [, path, number] = /(?:\(|at )((?:file:\/\/)?\/[^():]+):(\d+):\d+\)?$/.exec(line) ?? [];
    const plain = path?.startsWith('file:') ? fileURLToPath(path) : path;
    return plain?.startsWith(folder) ? [{ line, plain, number: Number(number) }] : [];
  });
  const [first] = frames;
  return first && { place: placeOfLine(first.plain, first.number), stack: frames.map(({ line }) => line).join('\n') };
}
