import { isDeepStrictEqual } from 'node:util';
import type { Result } from '../../engine/run/events/event.ts';
import type { Answer, Ran } from './run.ts';

/** How a prediction compares with what then happened. */
export interface Fidelity {
  /** Steps (a task on a host, for one item) that were not skipped in the real run, or not predicted to be skipped. */
  readonly steps: number;
  readonly unknown: number;
  /** Predicted to change; changed; both. Known steps only. */
  readonly predictedChanges: number;
  readonly changed: number;
  readonly both: number;
  /** Predicted probe values that were read back, and how many of them were right. */
  readonly values: number;
  readonly right: number;
  /** Steps that no prediction covers: commands that failed, what follows them, and what follows an unknown end. */
  readonly beyond: number;
  readonly mismatches: readonly string[];
  /** Changed as predicted, but described differently: a version that only a fresh package index contains. */
  readonly reworded: readonly string[];
}

export const nothing: Fidelity = {
  steps: 0,
  unknown: 0,
  predictedChanges: 0,
  changed: 0,
  both: 0,
  values: 0,
  right: 0,
  beyond: 0,
  mismatches: [],
  reworded: [],
};

export function sum(all: readonly Fidelity[]): Fidelity {
  return all.reduce(
    (a, b) => ({
      steps: a.steps + b.steps,
      unknown: a.unknown + b.unknown,
      predictedChanges: a.predictedChanges + b.predictedChanges,
      changed: a.changed + b.changed,
      both: a.both + b.both,
      values: a.values + b.values,
      right: a.right + b.right,
      beyond: a.beyond + b.beyond,
      mismatches: [...a.mismatches, ...b.mismatches],
      reworded: [...a.reworded, ...b.reworded],
    }),
    nothing,
  );
}

/** What a command does and prints cannot be known in advance. */
const actions = new Set(['command', 'shell', 'uri', 'reboot']);

/** Whether the run diverges here: predictions hold until something fails whose failure cannot be known in advance. */
function turns({ status, module, ...result }: Result, predictions: ReadonlyMap<string, Group>): boolean {
  if (status !== 'failed' && status !== 'unreachable' && !module.startsWith('meta')) return false;
  const group = predictions.get(placeOf(result));
  if (!group) return false;
  const predicted = [...group.steps.values()].map((p) => p.status);
  return predicted.includes('unknown') || (actions.has(module) && predicted.some((p) => p !== 'skipped'));
}

/** Compares what check mode predicted with what the real run then did. */
export function compare(check: Ran, real: Ran): Fidelity {
  const predictions = grouped(check.results);
  const turned = real.results.findIndex((result) => turns(result, predictions));
  const reached = turned < 0 ? real.results : real.results.slice(0, turned + 1);
  const happened = grouped(reached);
  const mismatches: string[] = [];
  const reworded: string[] = [];
  const perhapsEnded = new Set(
    check.results.filter(({ status, module }) => status === 'unknown' && module === 'meta').map(({ host }) => host),
  );
  let [steps, unknown, predictedChanges, changed, both] = [0, 0, 0, 0, 0];
  let beyond = real.results.length - reached.length;
  for (const [place, { steps: predicted }] of predictions) {
    const came = happened.get(place)?.steps ?? new Map<string, Result>();
    const vague = [...predicted.values()].some(({ status }) => status === 'unknown');
    for (const [key, p] of predicted) {
      const r = came.get(key);
      if (p.status === 'unknown') {
        steps++;
        unknown++;
        continue;
      }
      const failed = actions.has(p.module) && p.status !== 'skipped' && r?.status === 'failed';
      if (failed || (!r && (turned >= 0 || perhapsEnded.has(p.host)))) {
        beyond++;
        continue;
      }
      if (p.status === 'skipped' && r?.status === 'skipped') continue;
      steps++;
      if (p.status === 'changed') predictedChanges++;
      if (r?.status === 'changed') changed++;
      if (p.status === 'changed' && r?.status === 'changed') both++;
      if (p.status !== r?.status) mismatches.push(`${nameOf(p)}: predicted ${summaryOf(p)}, was ${summaryOf(r)}`);
      else if (!isDeepStrictEqual(p.differences, r.differences) && r.status === 'changed')
        reworded.push(`${nameOf(p)}: predicted ${summaryOf(p)}, was ${summaryOf(r)}`);
    }
    for (const [key, r] of came) {
      if (predicted.has(key) || vague || r.status === 'skipped') continue;
      steps++;
      if (r.status === 'changed') changed++;
      mismatches.push(`${nameOf(r)}: not predicted, was ${summaryOf(r)}`);
    }
  }
  const someUnknown = check.results.some(({ status, module }) => status === 'unknown' && module.startsWith('include'));
  for (const [place, { steps: came }] of happened)
    if (!predictions.has(place))
      for (const r of came.values()) {
        if (r.status === 'skipped') continue;
        steps++;
        if (someUnknown) unknown++;
        else {
          if (r.status === 'changed') changed++;
          mismatches.push(`${nameOf(r)}: not predicted, was ${summaryOf(r)}`);
        }
      }
  const read = turned < 0 && check.exit === real.exit ? valuesOf(check, real) : { values: 0, right: 0, wrong: [] };
  mismatches.push(...read.wrong);
  return {
    steps,
    unknown,
    predictedChanges,
    changed,
    both,
    values: read.values,
    right: read.right,
    beyond,
    mismatches,
    reworded,
  };
}

function valuesOf(check: Ran, real: Ran): { values: number; right: number; wrong: string[] } {
  const wrong: string[] = [];
  let [values, right] = [0, 0];
  const taken = new Set(real.results.flatMap(({ host, delegatedTo }) => [host, delegatedTo]));
  for (const [host, predictions] of check.answers) {
    if (!taken.has(host)) continue;
    const came = real.answers.get(host);
    for (const [key, answer] of came ? predictions : []) {
      if ('unknown' in answer || dependsOnItsFile(key, predictions)) continue;
      values++;
      const is = came!.get(key);
      if (is && isDeepStrictEqual(answer, is)) right++;
      else wrong.push(`${host}: '${key}' should read ${shown(answer)}, reads ${shown(is)}`);
    }
  }
  return { values, right, wrong };
}

/**
 * The module's view of a unit does not depend on systemd alone: if an earlier task writes the unit's file, new or in place
 * of a mask, it depends on that file; and if the file is unknown, so is the unit.
 */
function dependsOnItsFile(key: string, predictions: ReadonlyMap<string, Answer>): boolean {
  if (!key.startsWith('unit:')) return false;
  const file = predictions.get(`path:/etc/systemd/system/${key.slice('unit:'.length)}`);
  if (file && 'unknown' in file) return true;
  const [unit, at] = [predictions.get(key), file].map(
    (a) => (a && 'value' in a ? a.value : {}) as Record<string, unknown>,
  );
  return at?.['type'] === 'file' && (unit?.['exists'] === false || unit?.['masked'] === true);
}

function shown(answer: Answer | undefined): string {
  const text = JSON.stringify(answer && 'value' in answer ? answer.value : answer) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)} …` : text;
}

interface Group {
  /** By item and occurrence. */
  readonly steps: Map<string, Result>;
}

const placeOf = ({
  host,
  place: { file, line, column },
  handler,
}: Pick<Result, 'host' | 'place' | 'handler'>): string => `${host} ${file}:${line}:${column} ${handler ?? ''}`;

/** By host and the task's place. */
function grouped(results: readonly Result[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const result of results) {
    const place = placeOf(result);
    const group = groups.get(place) ?? { steps: new Map() };
    groups.set(place, group);
    const item = JSON.stringify(result.item) ?? '';
    let times = 0;
    while (group.steps.has(`${item} ${times}`)) times++;
    group.steps.set(`${item} ${times}`, result);
  }
  return groups;
}

export function nameOf({ host, task, item, place }: Result): string {
  return `${host}: ${task}${item === undefined ? '' : ` (${JSON.stringify(item)})`} [${place.file.split('/').slice(-3).join('/')}:${place.line}]`;
}

export function summaryOf(result: Result | undefined): string {
  if (!result) return 'not run';
  const differences = result.differences.map(({ what, from, to }) => `${what}: ${short(from)} → ${short(to)}`);
  return [result.status, result.status === 'changed' ? '' : result.message, ...differences].filter(Boolean).join('; ');
}

function short(text: string | null): string {
  return text === null ? '–' : text.length > 200 ? `${text.slice(0, 200)} …` : text;
}

export const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(part === whole ? 0 : 1)} %`;
