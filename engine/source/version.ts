import { readFileSync } from 'node:fs';

/** The version in package.json, which lies two folders up from the sources and one up from the bundle. */
export const version: string = readVersion();

function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { name, version: found } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name?: string;
        version: string;
      };
      if (name === 'tsplay') return found;
    } catch {
      continue; // not there: try the next
    }
  }
  return 'unknown';
}
