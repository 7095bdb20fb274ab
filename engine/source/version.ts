import { readFileSync } from 'node:fs';

/** The version in package.json, which is two folders above the sources and one above the bundle. */
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
      continue; // not found: try the next
    }
  }
  return 'unknown';
}
