import type { Result } from '../../../engine/run/events/event.ts';

/** What is said about a playbook beside it, in NAME.expect.yml. */
export interface Expected {
  /** The modules that it proves. */
  readonly modules: readonly string[];
  /** Shell text, run on the fresh host by the lab itself. */
  readonly given?: string;
  /** Tasks of which check mode must say that it cannot know; all others must come out as it says. */
  readonly unknown?: readonly string[];
  /** Tasks that fail as they should, and what each says. */
  readonly fails?: Readonly<Record<string, string>>;
  /** Tasks that do something each time they run. */
  readonly recurs?: readonly string[];
  /** What commands print on the host after the run, read without tsplay. */
  readonly host: Readonly<Record<string, string>>;
  /** The same on this machine, in the folder `here`. */
  readonly here?: Readonly<Record<string, string>>;
}

const keyOf = (result: Result): string =>
  result.task + (result.item === undefined ? '' : ` ${JSON.stringify(result.item)}`);

/** Where check mode and the run after it do not agree. */
export function unforeseen(
  checked: readonly Result[],
  ran: readonly Result[],
  { unknown = [], fails = {} }: Expected,
): string[] {
  const foreseen = new Map(checked.map((result) => [keyOf(result), result]));
  const happened = new Map(ran.map((result) => [keyOf(result), result]));
  const problems =
    checked.length === foreseen.size && ran.length === happened.size ? [] : ['two tasks have the same name'];
  for (const [key, { task, status }] of foreseen) {
    const real = happened.get(key)?.status;
    if ((status === 'unknown') !== unknown.includes(task))
      problems.push(`${key}: in check mode it is ${told(foreseen.get(key))}`);
    else if (status !== 'unknown' && status !== real && !(task in fails))
      problems.push(`${key}: foreseen as ${status}, but it was ${told(happened.get(key))}`);
  }
  for (const [key, { task, status }] of happened)
    if (!foreseen.has(key) && !unknown.includes(task))
      problems.push(`${key}: not foreseen at all, but it was ${status}`);
  return problems;
}

/** What failed without leave, or should have and did not, or with other words. */
export function misfailed(ran: readonly Result[], fails: Readonly<Record<string, string>> = {}): string[] {
  const problems = ran
    .filter(({ task, status }) => ['failed', 'unreachable'].includes(status) && !(task in fails))
    .map((result) => `${keyOf(result)}: ${told(result)}`);
  for (const [task, words] of Object.entries(fails)) {
    const result = ran.find((one) => one.task === task);
    if (result?.status !== 'failed') problems.push(`${task}: should fail, but was ${told(result)}`);
    else if (!new RegExp(words, 's').test(told(result)))
      problems.push(`${task}: should say /${words}/, but said ${told(result)}`);
  }
  return problems;
}

/** What was done once more by a second run. */
export function repeated(ran: readonly Result[], { recurs = [] }: Expected): string[] {
  return ran
    .filter(({ task, status }) => (status === 'changed') !== (recurs.includes(task) && status !== 'skipped'))
    .map((result) => `${keyOf(result)}: again ${told(result)}`);
}

function told(result: Result | undefined): string {
  if (!result) return 'not run';
  const { failure = {} } = result;
  const differences = result.differences.map(({ what, from, to }) => `${what}: ${from} → ${to}`);
  return [`${result.status}:`, result.message, ...differences, failure.hint, failure.stderr, failure.stdout]
    .filter(Boolean)
    .join('\n    ');
}
