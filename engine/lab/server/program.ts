import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LabError } from '../run.ts';

/** How to start a program of the lab: from its source in the checkout, or from beside the bundle in an installed package. */
export function program(source: string, bundle: string): string[] {
  const here = fileURLToPath(new URL(source, import.meta.url));
  // Not import.meta.resolve: tests that mocha loads by require have none.
  const loader = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  if (existsSync(here)) return [process.execPath, '--import', loader(), here];
  const bundled = fileURLToPath(new URL(bundle, import.meta.url));
  if (existsSync(bundled)) return [process.execPath, bundled];
  throw new LabError(`a program of the lab is missing: ${bundled}\nnext: build tsplay again (npm run build)`);
}
