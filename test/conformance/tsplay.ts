import type { Result } from '../../engine/run/events/event.ts';
import { type Diagnostic, InvalidInput } from '../../engine/source/diagnostic.ts';
import { formatPlace } from '../../engine/source/place.ts';
import { trace } from '../run/trace.ts';
import { startServer } from '../transport/ssh/server.ts';
import type { Case } from './case.ts';
import type { Outcome } from './compare.ts';

/** Runs a case on this engine, looking so many tasks ahead. `SSHPORT` in its inventory is an sshd that refuses each login. */
export async function runOnTsplay(entry: Case, lookahead: number): Promise<Outcome> {
  if (!entry.inventory?.includes('SSHPORT')) return runCase(entry, lookahead);
  const server = await startServer({ password: 'of nobody' });
  try {
    return await runCase({ ...entry, inventory: entry.inventory.replaceAll('SSHPORT', `${server.port}`) }, lookahead);
  } finally {
    server.stop();
  }
}

async function runCase(
  { playbook, inventory, inventories, files, options, extra, limit, vault }: Case,
  lookahead: number,
): Promise<Outcome> {
  try {
    const given = { inventory, inventories, files, options: { ...options, lookahead }, extra, limit, vault };
    const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const { lines, exit, results } = await trace({ playbook, ...defined });
    const failures = results.filter(({ status }) => !['ok', 'changed', 'skipped'].includes(status));
    return {
      trace: lines,
      exit,
      told: failures.map((r) => `${r.host} ${r.task}: ${r.message}`).join('\n'),
      contents: results.filter(({ differences }) => differences.length > 0).map(contentsOf),
    };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const errors = error.diagnostics.filter(({ severity }) => severity === 'error');
    return { trace: [], exit: 1, refused: errors.map(({ code }) => code), told: errors.map(told).join('\n') };
  }
}

function contentsOf({ host, task, differences, diff }: Result): string {
  const hidden = differences.every(({ from, to }) => from === null && to === null);
  if (diff === undefined) return `${host} ${task} default`;
  return `${host} ${task} ${diff && !hidden ? 'shown' : !diff && hidden ? 'hidden' : 'neither'}`;
}

const told = ({ code, message, place, hint }: Diagnostic): string =>
  `[${code}] ${message}${place ? ` (${formatPlace(place)})` : ''}${hint === undefined ? '' : `; ${hint}`}`;
