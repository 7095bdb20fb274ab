import { join } from 'node:path';
import { writtenBetween } from '../lab/cluster.ts';
import { checkAtAll } from './equivalence.ts';
import { compare, type Fidelity, nameOf, summaryOf } from './fidelity.ts';
import { type Ground, say } from './ground.ts';
import { type Ran, Runner } from './run.ts';
import { parting, traceOf } from './traces.ts';

const PLAYBOOK = join(import.meta.dirname, '../../playbooks/ha-cluster.yml');

/** A real run stops after these roles, each time on bare hosts, and continues once check mode has predicted the rest. */
const stops: readonly { readonly after: string; readonly tags: readonly string[]; readonly lookahead: number }[] = [
  { after: 'loadbalancer', tags: ['preflight', 'loadbalancer'], lookahead: 0 },
  { after: 'common', tags: ['preflight', 'loadbalancer', 'common'], lookahead: 1 },
  { after: 'control-plane', tags: ['preflight', 'loadbalancer', 'common', 'control-plane'], lookahead: 3 },
];

export interface ClusterProof {
  readonly rows: readonly { readonly name: string; readonly fidelity: Fidelity; readonly written: number }[];
  readonly problems: readonly string[];
  /** What check mode could not predict, and why: `HOST: TASK: WHY`, by the name of the row. */
  readonly unknown: ReadonlyMap<string, readonly string[]>;
}

/**
 * Builds the cluster four times: in one run with unbounded lookahead, and in two parts with smaller windows. Before each
 * part, check mode predicts everything that remains, at every window. All builds must have done the same.
 */
export async function proveCluster(ground: Ground): Promise<ClusterProof> {
  const rows: { name: string; fidelity: Fidelity; written: number }[] = [];
  const problems: string[] = [];
  const unknown = new Map<string, readonly string[]>();
  const runner = new Runner({
    playbooks: [PLAYBOOK],
    inventories: ground.inventories,
    request: { extra: new Map([['admin_conf_local', join(ground.here, 'admin.conf')]]) },
  });

  const predict = async (name: string): Promise<Ran & { readonly wrote: readonly string[] }> => {
    say(`${name}: check mode, at every window`);
    const before = await ground.written();
    const { check, parts } = await checkAtAll(runner);
    const wrote = writtenBetween(before, await ground.written());
    if (parts !== undefined) problems.push(`${name}, check mode: ${parts}`);
    problems.push(...wrote.map((path) => `${name}: check mode wrote ${path}`));
    unknown.set(
      name,
      check.results.filter(({ status }) => status === 'unknown').map((r) => `${nameOf(r)}: ${r.message ?? ''}`),
    );
    return { ...check, wrote };
  };
  const real = async (name: string, options: { lookahead: number; tags?: readonly string[] }): Promise<Ran> => {
    say(`${name}: the run`);
    const ran = await runner.run({ check: false, ...options });
    for (const result of ran.results)
      if (result.status === 'failed' || result.status === 'unreachable')
        problems.push(`${name}: ${nameOf(result)}: ${summaryOf(result)} ${result.failure?.stderr ?? ''}`);
    return ran;
  };
  const judge = (name: string, check: Ran & { readonly wrote: readonly string[] }, ran: Ran): void => {
    const fidelity = compare(check, ran);
    rows.push({ name, fidelity, written: check.wrote.length });
    problems.push(...fidelity.mismatches.map((text) => `${name}: ${text}`));
  };

  await ground.reset();
  const fresh = await predict('fresh hosts');
  const whole = await real('fresh hosts', { lookahead: Number.POSITIVE_INFINITY });
  judge('fresh hosts', fresh, whole);
  const converged = await predict('converged hosts');
  const idle = await real('converged hosts', { lookahead: Number.POSITIVE_INFINITY });
  judge('converged hosts', converged, idle);
  for (const lookahead of [0, 1, 3]) {
    const again = await real(`converged hosts, ${lookahead} ahead`, { lookahead });
    const apart = parting(traceOf(idle), traceOf(again));
    if (apart !== undefined) problems.push(`converged hosts, lookahead unbounded and ${lookahead}: ${apart}`);
  }

  for (const { after, tags, lookahead } of stops) {
    await ground.reset();
    const name = `after ${after}`;
    const part = await real(`up to ${after}`, { lookahead, tags });
    const check = await predict(name);
    const rest = await real(name, { lookahead });
    judge(name, check, rest);
    const other = parting(essence(whole), essence(joined([part, rest])));
    if (other !== undefined) problems.push(`fresh hosts, lookahead unbounded and ${lookahead}: ${other}`);
  }
  return { rows, problems, unknown };
}

/** Joins the runs of a playbook's parts; of a step that several of them ran, the first counts. */
function joined(runs: readonly Ran[]): Ran {
  const seen = new Set<string>();
  const results = runs.flatMap(({ results: own }) => {
    const fresh = own.filter((result) => !seen.has(placeOf(result)));
    for (const result of own) seen.add(placeOf(result));
    return fresh;
  });
  return { exit: Math.max(...runs.map(({ exit }) => exit)), results, answers: runs.at(-1)!.answers };
}

const placeOf = ({ host, place, handler }: Ran['results'][number]): string =>
  `${host} ${place.file}:${place.line}:${place.column} ${handler ?? ''}`;

/** What was done, without values that differ between two clusters (tokens, keys, times). */
const essence = (ran: Ran): readonly string[] =>
  traceOf(ran).map((line) => {
    if (line.startsWith('exit')) return line;
    const { host, task, item, status, differences } = JSON.parse(line) as Ran['results'][number];
    return JSON.stringify({ host, task, item, status, differences: differences.map(({ what }) => what) });
  });
