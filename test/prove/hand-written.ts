import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writtenBetween } from '../lab/cluster.ts';
import { compare, type Fidelity, nameOf, summaryOf } from './fidelity.ts';
import type { Ground } from './ground.ts';
import { Runner } from './run.ts';

const folder = join(import.meta.dirname, 'playbooks');

export const handWritten = readdirSync(folder)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => basename(name, '.yml'))
  .sort();

export interface Proven {
  readonly name: string;
  readonly fidelity: Fidelity;
  /** What check mode wrote on the hosts. */
  readonly written: readonly string[];
  /** What else was wrong. */
  readonly problems: readonly string[];
}

/** On bare hosts: check mode, the run, then both again, which must find nothing to do. */
export async function proveHandWritten(ground: Ground, name: string): Promise<Proven> {
  await ground.reset();
  const runner = new Runner({
    playbooks: [join(folder, `${name}.yml`)],
    inventories: ground.inventories,
    request: { extra: new Map([['here', ground.here]]) },
  });
  const bare = await ground.written();
  const check = await runner.run({ check: true });
  const written = writtenBetween(bare, await ground.written());
  const real = await runner.run({ check: false });
  const problems = real.results
    .filter(({ status, rescued, ignored }) => ['failed', 'unreachable'].includes(status) && !rescued && !ignored)
    .map((result) => `${nameOf(result)}: ${summaryOf(result)} ${result.failure?.stderr ?? ''}`);
  const done = await ground.written();
  const checkAgain = await runner.run({ check: true });
  written.push(...writtenBetween(done, await ground.written()));
  const again = compare(checkAgain, await runner.run({ check: false }));
  problems.push(...again.mismatches.map((text) => `on converged hosts: ${text}`));
  return { name, fidelity: compare(check, real), written, problems };
}
