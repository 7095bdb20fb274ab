import { isAbsolute, relative } from 'node:path';

/** A place in a source file. `line` and `column` count from 1; `length` is in characters and stays on the line. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length?: number;
}

/** `file:line:column`, which editors and terminals turn into a link. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

/** A path for display: relative if inside the working directory, else absolute. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
