import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../run.ts';

/** The go.mod, go.sum and main.go of the components: beside this file in a checkout, or beside the bundle. */
export function goSources(): string {
  const places = ['./go', './lab-go'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  throw new LabError(`the lab's list of Go modules is missing: ${places[1]}\nnext: install tsplay again`);
}

/** What is slow to make is kept here, below the user's cache folder. */
export function buildFolders(cache: string) {
  const go = join(cache, 'go');
  const kubernetes = join(cache, 'kubernetes');
  return {
    /** Go's own caches: an interrupted build goes on from them. */
    modules: join(go, 'modules'),
    compiled: join(go, 'build'),
    work: join(go, 'work'),
    temporary: join(go, 'tmp'),
    go,
    kubernetes,
    components: join(kubernetes, 'components'),
    times: join(kubernetes, 'times.json'),
    log: join(kubernetes, 'build.log'),
  };
}
