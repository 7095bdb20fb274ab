import type { BlockedHost } from './enforce.ts';
import type { Plan, PlannedHost, Precondition } from './format.ts';

/** The hosts that have drifted since the plan was made, and why: `checked` is the same pass, made now. */
export function driftedHosts(
  plan: Plan,
  checked: Readonly<Record<string, PlannedHost>>,
): ReadonlyMap<string, BlockedHost> {
  const bars = new Map<string, BlockedHost>();
  for (const [host, now] of Object.entries(checked)) {
    const why = reason(plan.hosts[host], now);
    if (why) bars.set(host, why);
  }
  return bars;
}

function reason(then: PlannedHost | undefined, now: PlannedHost): BlockedHost | undefined {
  if (!then) return { status: 'failed', message: 'this host is not in the plan' };
  if (then.counts.unreachable > 0)
    return { status: 'failed', message: 'it could not be reached when the plan was made' };
  const unreachable = now.steps.find(({ status }) => status === 'unreachable');
  if (now.counts.unreachable > 0)
    return { status: 'unreachable', message: unreachable?.message ?? 'it cannot be reached' };
  const found = new Map(now.preconditions.map((one) => [one.id, one]));
  const drifted = then.preconditions.flatMap((before) => {
    const after = found.get(before.id);
    return after && after.value !== before.value ? [describe(before, after)] : [];
  });
  if (drifted.length === 0) return undefined;
  return { status: 'failed', message: `it has changed since the plan was made\n${drifted.sort().join('\n')}` };
}

/** `the package nginx: then 1.22, now 1.24 (task 'Install nginx', site.yml:7:7)`. */
function describe(then: Precondition, now: Precondition): string {
  const what = then.what ?? 'something that no_log hides';
  const where = then.on === undefined ? '' : ` on ${then.on}`;
  const shown = then.then !== undefined && now.then !== undefined && then.then !== now.then;
  const how = shown ? `then ${then.then}, now ${now.then}` : 'it has changed';
  const by = then.task === undefined ? '' : ` (task '${then.task}', ${then.place})`;
  return `${what}${where}: ${how}${by}`;
}
