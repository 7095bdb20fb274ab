import { isDeepStrictEqual } from 'node:util';
import type { Result } from '../../engine/run/events/event.ts';
import type { Answer, Ran } from './run.ts';

/** How a prediction compares with what then happened. */
export interface Fidelity {
  /** Steps (a task on a host, for one item) that were not skipped in the real run, or not foreseen as skipped. */
  readonly steps: number;
  readonly unknown: number;
  /** Foreseen as changed; changed; both. Known steps only. */
  readonly foreseen: number;
  readonly changed: number;
  readonly both: number;
  /** Predicted values of probes that were read back, and how many of them were so. */
  readonly values: number;
  readonly right: number;
  /** Steps that no prediction can be held to: commands that failed, what comes after them, and after an unknown end. */
  readonly beyond: number;
  readonly mismatches: readonly string[];
  /** Changed as foreseen, but told in other words: a version that only a fresh package index names. */
  readonly reworded: readonly string[];
}

export const nothing: Fidelity = {
  steps: 0,
  unknown: 0,
  foreseen: 0,
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
      foreseen: a.foreseen + b.foreseen,
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

/** What a command does and says cannot be known before. */
const actions = new Set(['command', 'shell', 'uri', 'reboot']);

/** Predictions hold as long as nothing fails that cannot be known to: there the run goes another way. */
function turns({ status, module, ...result }: Result, foretold: ReadonlyMap<string, Group>): boolean {
  if (status !== 'failed' && status !== 'unreachable' && !module.startsWith('meta')) return false;
  const group = foretold.get(placeOf(result));
  if (!group) return false;
  const predicted = [...group.steps.values()].map((p) => p.status);
  return predicted.includes('unknown') || (actions.has(module) && predicted.some((p) => p !== 'skipped'));
}

/** Holds what check mode foretold against what the real run then did. */
export function compare(check: Ran, real: Ran): Fidelity {
  const foretold = grouped(check.results);
  const turned = real.results.findIndex((result) => turns(result, foretold));
  const reached = turned < 0 ? real.results : real.results.slice(0, turned + 1);
  const happened = grouped(reached);
  const mismatches: string[] = [];
  const reworded: string[] = [];
  const perhapsEnded = new Set(
    check.results.filter(({ status, module }) => status === 'unknown' && module === 'meta').map(({ host }) => host),
  );
  let [steps, unknown, foreseen, changed, both] = [0, 0, 0, 0, 0];
  let beyond = real.results.length - reached.length;
  for (const [place, { steps: predicted }] of foretold) {
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
      if (p.status === 'changed') foreseen++;
      if (r?.status === 'changed') changed++;
      if (p.status === 'changed' && r?.status === 'changed') both++;
      if (p.status !== r?.status) mismatches.push(`${nameOf(p)}: foreseen as ${told(p)}, was ${told(r)}`);
      else if (!isDeepStrictEqual(p.differences, r.differences) && r.status === 'changed')
        reworded.push(`${nameOf(p)}: foreseen ${told(p)}, was ${told(r)}`);
    }
    for (const [key, r] of came) {
      if (predicted.has(key) || vague || r.status === 'skipped') continue;
      steps++;
      if (r.status === 'changed') changed++;
      mismatches.push(`${nameOf(r)}: not foreseen at all, was ${told(r)}`);
    }
  }
  const someUnknown = check.results.some(({ status, module }) => status === 'unknown' && module.startsWith('include'));
  for (const [place, { steps: came }] of happened)
    if (!foretold.has(place))
      for (const r of came.values()) {
        if (r.status === 'skipped') continue;
        steps++;
        if (someUnknown) unknown++;
        else {
          if (r.status === 'changed') changed++;
          mismatches.push(`${nameOf(r)}: not foreseen at all, was ${told(r)}`);
        }
      }
  const read = turned < 0 && check.exit === real.exit ? valuesOf(check, real) : { values: 0, right: 0, wrong: [] };
  mismatches.push(...read.wrong);
  return {
    steps,
    unknown,
    foreseen,
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
  for (const [host, foretold] of check.answers) {
    if (!taken.has(host)) continue;
    const came = real.answers.get(host);
    for (const [key, answer] of came ? foretold : []) {
      if ('unknown' in answer || hangsOnItsFile(key, foretold)) continue;
      values++;
      const is = came!.get(key);
      if (is && isDeepStrictEqual(answer, is)) right++;
      else wrong.push(`${host}: '${key}' should read ${shown(answer)}, reads ${shown(is)}`);
    }
  }
  return { values, right, wrong };
}

/**
 * What systemd knows of a unit is not all that the module goes by: where an earlier task writes the unit's own file, it
 * goes by that, be it new or in the place of a mask; and where the file cannot be known, neither can the unit.
 */
function hangsOnItsFile(key: string, foretold: ReadonlyMap<string, Answer>): boolean {
  if (!key.startsWith('unit:')) return false;
  const file = foretold.get(`path:/etc/systemd/system/${key.slice('unit:'.length)}`);
  if (file && 'unknown' in file) return true;
  const [unit, at] = [foretold.get(key), file].map(
    (a) => (a && 'value' in a ? a.value : {}) as Record<string, unknown>,
  );
  return at?.['type'] === 'file' && (unit?.['exists'] === false || unit?.['masked'] === true);
}

function shown(answer: Answer | undefined): string {
  const text = JSON.stringify(answer && 'value' in answer ? answer.value : answer) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)} …` : text;
}

interface Group {
  /** By item and how often it came here. */
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

export function told(result: Result | undefined): string {
  if (!result) return 'not run';
  const differences = result.differences.map(({ what, from, to }) => `${what}: ${short(from)} → ${short(to)}`);
  return [result.status, result.status === 'changed' ? '' : result.message, ...differences].filter(Boolean).join('; ');
}

function short(text: string | null): string {
  return text === null ? '–' : text.length > 200 ? `${text.slice(0, 200)} …` : text;
}

export const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(part === whole ? 0 : 1)} %`;
