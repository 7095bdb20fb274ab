import type { Result } from '../../../engine/run/events/event.ts';

/** What a playbook must do, from NAME.expect.yml next to it. */
export interface Expected {
  /** The modules that it proves. */
  readonly modules: readonly string[];
  /** A shell script that the lab runs on the fresh host. */
  readonly given?: string;
  /** Tasks that check mode must report as unknown; all others must end as it predicts. */
  readonly unknown?: readonly string[];
  /** Tasks that must fail, and a pattern for what each reports. */
  readonly fails?: Readonly<Record<string, string>>;
  /** Tasks that change something each time they run. */
  readonly recurs?: readonly string[];
  /** What commands print on the host after the run, read without tsplay. */
  readonly host: Readonly<Record<string, string>>;
  /** The same on this machine, in the folder `here`. */
  readonly here?: Readonly<Record<string, string>>;
}

const keyOf = (result: Result): string =>
  result.task + (result.item === undefined ? '' : ` ${JSON.stringify(result.item)}`);

/** Where check mode and the run after it disagree. */
export function mispredicted(
  checked: readonly Result[],
  ran: readonly Result[],
  { unknown = [], fails = {} }: Expected,
): string[] {
  const predicted = new Map(checked.map((result) => [keyOf(result), result]));
  const happened = new Map(ran.map((result) => [keyOf(result), result]));
  const problems =
    checked.length === predicted.size && ran.length === happened.size ? [] : ['two tasks have the same name'];
  for (const [key, { task, status }] of predicted) {
    const real = happened.get(key)?.status;
    if ((status === 'unknown') !== unknown.includes(task))
      problems.push(`${key}: in check mode it was ${summaryOf(predicted.get(key))}`);
    else if (status !== 'unknown' && status !== real && !(task in fails))
      problems.push(`${key}: predicted ${status}, but was ${summaryOf(happened.get(key))}`);
  }
  for (const [key, { task, status }] of happened)
    if (!predicted.has(key) && !unknown.includes(task)) problems.push(`${key}: not predicted, but was ${status}`);
  return problems;
}

/** What failed unexpectedly, should have failed and did not, or failed with a different message. */
export function misfailed(ran: readonly Result[], fails: Readonly<Record<string, string>> = {}): string[] {
  const problems = ran
    .filter(({ task, status }) => ['failed', 'unreachable'].includes(status) && !(task in fails))
    .map((result) => `${keyOf(result)}: ${summaryOf(result)}`);
  for (const [task, words] of Object.entries(fails)) {
    const result = ran.find((one) => one.task === task);
    if (result?.status !== 'failed') problems.push(`${task}: should fail, but was ${summaryOf(result)}`);
    else if (!new RegExp(words, 's').test(summaryOf(result)))
      problems.push(`${task}: should report /${words}/, but reported ${summaryOf(result)}`);
  }
  return problems;
}

/** What a second run did again. */
export function repeated(ran: readonly Result[], { recurs = [] }: Expected): string[] {
  return ran
    .filter(({ task, status }) => (status === 'changed') !== (recurs.includes(task) && status !== 'skipped'))
    .map((result) => `${keyOf(result)}: in the second run: ${summaryOf(result)}`);
}

function summaryOf(result: Result | undefined): string {
  if (!result) return 'not run';
  const { failure = {} } = result;
  const differences = result.differences.map(({ what, from, to }) => `${what}: ${from} → ${to}`);
  return [`${result.status}:`, result.message, ...differences, failure.hint, failure.stderr, failure.stdout]
    .filter(Boolean)
    .join('\n    ');
}
