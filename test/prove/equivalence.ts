import { rmSync } from 'node:fs';
import { InvalidInput } from '../../engine/source/diagnostic.ts';
import { layOut } from '../run/lay-out.ts';
import { runnerOf, type Small } from './local.ts';
import type { Ran, Runner } from './run.ts';
import { parting, traceOf } from './traces.ts';

/** How many upcoming tasks are prefetched. */
export const windows = [0, 1, 3, Number.POSITIVE_INFINITY] as const;

/** Runs a small playbook at every window, each in a new folder. Returns where the traces differ, `refused`, or undefined. */
export async function partsAt(small: Small): Promise<string | undefined> {
  const traces: (readonly string[])[] = [];
  for (const lookahead of windows) {
    const folder = layOut(small);
    try {
      traces.push(traceOf(await runnerOf(folder, small).run({ check: false, ...small.options, lookahead }), folder));
    } catch (error) {
      if (error instanceof InvalidInput) return 'refused';
      throw error;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return firstParting(traces);
}

/** The same in check mode, which does not change the hosts. */
export async function checkAtAll(runner: Runner): Promise<{ readonly check: Ran; readonly parts?: string }> {
  const all: Ran[] = [];
  for (const lookahead of windows) all.push(await runner.run({ check: true, lookahead }));
  const parts = firstParting(all.map((ran) => traceOf(ran)));
  return { check: all[0]!, ...(parts !== undefined && { parts }) };
}

function firstParting(traces: readonly (readonly string[])[]): string | undefined {
  for (const [i, trace] of traces.entries()) {
    const parts = i === 0 ? undefined : parting(traces[0]!, trace);
    if (parts !== undefined) return `lookahead ${windows[0]} and ${windows[i]}: ${parts}`;
  }
  return undefined;
}
