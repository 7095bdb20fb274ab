import type { Plan, PlannedStep } from '../plans/format.ts';
import { showDifference } from './difference.ts';
import { hostList, indented, onOneLine, type Paint } from './style.ts';
import { itemText, jsonText } from './value.ts';

type Hosts = Plan['hosts'];

/** A whole plan for a person: counts per host, then the steps; hosts with the same step share its lines. */
export function showPlan(hosts: Hosts, paint: Paint): string {
  const lines = [...showHosts(hosts, paint), ''];
  for (const task of tasksOf(hosts)) lines.push(...showTask(task, Object.keys(hosts).length, paint));
  if (lines.at(-1) !== '') lines.push('');
  return lines.join('\n');
}

/** Hosts with the same counts share a line. */
function showHosts(hosts: Hosts, paint: Paint): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const [name, { counts }] of Object.entries(hosts)) {
    const parts = [
      counts.failed + counts.rescued > 0 && paint(`${counts.failed + counts.rescued} would fail`, 'red'),
      counts.unreachable > 0 && paint('cannot be reached', 'red'),
      counts.changed > 0 && paint(`${counts.changed} to change`, 'yellow'),
      counts.unknown > 0 && paint(`${counts.unknown} unknown`, 'magenta'),
    ].filter((part) => part !== false);
    const right = counts.ok - counts.changed;
    const text = [...(parts.length > 0 ? parts : ['nothing to change']), ...(right > 0 ? [`${right} ok`] : [])];
    const key = text.join(', ');
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  const rows = [...groups].map(([text, names]) => [hostList(names), text] as const);
  const width = Math.max(0, ...rows.map(([names]) => names.length));
  return rows.map(([names, text]) => `${names.padEnd(width)}  ${text}`);
}

/** A task and its result on each host. */
interface PlannedTask {
  readonly title: string;
  readonly steps: readonly { readonly host: string; readonly step: PlannedStep }[];
}

const shown: ReadonlySet<string> = new Set(['changed', 'unknown', 'failed', 'unreachable']);

/** In the order of the run. */
function tasksOf(hosts: Hosts): readonly PlannedTask[] {
  const all = Object.entries(hosts)
    .flatMap(([host, { steps }]) => steps.map((step) => ({ host, step })))
    .filter(({ step }) => shown.has(step.status));
  const first = (steps: PlannedTask['steps']): number => Math.min(...steps.map(({ step }) => step.order));
  const tasks = new Map<string, { title: string; steps: PlannedTask['steps'][number][] }>();
  for (const one of all) {
    const { task, role, handler, place } = one.step;
    const title = `${role === undefined ? '' : `${role} : `}${task}${handler ? ' (handler)' : ''}`;
    const key = jsonText([place, title]);
    const known = tasks.get(key) ?? { title: onOneLine(title), steps: [] };
    tasks.set(key, known);
    known.steps.push(one);
  }
  return [...tasks.values()].sort((a, b) => first(a.steps) - first(b.steps));
}

function showTask({ title, steps }: PlannedTask, hosts: number, paint: Paint): readonly string[] {
  const groups = new Map<string, { step: PlannedStep; hosts: string[] }>();
  for (const { host, step } of steps) {
    const { status, item, differences, message, hidden } = step;
    const key = jsonText([status, item, differences, message, hidden]);
    const group = groups.get(key) ?? { step, hosts: [] };
    groups.set(key, group);
    if (!group.hosts.includes(host)) group.hosts.push(host);
  }
  const failing = steps.some(({ step }) => step.status === 'failed' || step.status === 'unreachable');
  const changing = steps.some(({ step }) => step.status === 'changed');
  const mark = failing ? paint('✗', 'red') : changing ? paint('±', 'yellow') : paint('?', 'magenta');
  return [`${mark} ${title}`, ...[...groups.values()].flatMap((group) => showGroup(group, hosts, paint))];
}

function showGroup(group: { step: PlannedStep; hosts: string[] }, all: number, paint: Paint): readonly string[] {
  const { step } = group;
  const who = group.hosts.length > 1 ? `the same on ${count(group.hosts, all)}` : hostList(group.hosts);
  const item = step.item === undefined ? '' : ` (${itemText(step.item)})`;
  const head = `    ${paint(`${who}${item}`, 'dim')}`;
  const differences = (step.differences ?? []).flatMap((d) => showDifference(d, paint)).map((line) => `      ${line}`);
  if (step.hidden !== undefined) return [`${head}: ${step.status}, hidden by no_log`];
  if (step.status === 'changed') return [head, ...differences];
  const message = step.message === undefined ? '' : indented(step.message, 6);
  if (step.status === 'unknown') return [`${head}: ${message === '' ? 'unknown' : message}`];
  return [
    `${head}: ${paint(step.status, 'red')}${message === '' ? '' : `: ${message}`}`,
    `      at ${onOneLine(step.place)}`,
  ];
}

function count(names: readonly string[], all: number): string {
  return names.length === all ? `all ${all} hosts` : `${names.length} hosts: ${hostList(names)}`;
}
