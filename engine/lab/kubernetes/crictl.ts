import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The Go source of the lab's crictl: a package main that is compiled inside the Kubernetes tree. */
export const crictlSource = fileURLToPath(new URL('crictl', import.meta.url));

export async function crictlText(): Promise<string> {
  const names = (await readdir(crictlSource)).sort();
  const texts = await Promise.all(names.map((name) => readFile(`${crictlSource}/${name}`, 'utf8')));
  return texts.join('\n');
}
