import { readFileSync } from 'node:fs';

/** The units for systemd that the README shows: name and text. */
export function readmeUnits(): readonly (readonly [name: string, text: string])[] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  return [...readme.matchAll(/^```ini\n# \/etc\/systemd\/system\/(\S+)\n(.*?)^```$/gms)].map(([, name, text]) => [
    name!,
    text!,
  ]);
}
