import { stringify } from 'yaml';
import { keywords, type Level } from '../../engine/playbook/keywords.ts';
import type { Case } from './case.ts';

/** How a keyword can have its value: written down, as text of `-e x=…`, or from a fact. */
export const forms = ['constant', 'text', 'fact'] as const;
export type Form = (typeof forms)[number];

type Entry = Readonly<Record<string, unknown>>;

/** A task that shows a keyword's effect, and the results that it then has. `LEVEL` stands for the level in all texts. */
interface Shown {
  readonly task: Entry;
  readonly trace: readonly string[];
  readonly contents?: readonly string[];
  readonly messages?: readonly string[];
  /** What Ansible does instead: a case of its own, which is not compared. */
  readonly differs?: string;
}

/** A file of keywords/: one keyword, at every level at which it may stand and in each form. */
export interface KeywordFile extends Shown, Pick<Case, 'inventory' | 'files' | 'options' | 'needs' | 'ansible'> {
  readonly title: string;
  readonly keyword: string;
  /** Its value by form: YAML for `constant` and `fact`, the text of `x` for `text`. */
  readonly values: Readonly<Record<Form, string>>;
  /** The value in YAML that refers to `x`. */
  readonly source?: string;
  readonly hosts?: string;
  /** Tasks for the host a in a play of their own, after the one of each level. */
  readonly after?: readonly Entry[];
  /** A playbook for each level: the effect ends the run. */
  readonly apart?: boolean;
  readonly exit?: number;
  /** Levels at which the keyword means something else. */
  readonly levels?: Readonly<Partial<Record<Level, Shown>>>;
  /** The outcome for a value of the wrong type. */
  readonly wrong?: Pick<Case, 'trace' | 'messages'>;
}

/** The cases of a file: by form, and by level where the levels cannot share a playbook. */
export function keywordCases(file: KeywordFile): readonly Partial<Case>[] {
  const { at, kind } = keywords[file.keyword]!;
  const alone = (level: Level): boolean => file.apart === true || file.levels?.[level]?.differs !== undefined;
  const groups = [at.filter((level) => !alone(level)), ...at.filter(alone).map((level) => [level])].filter(
    (levels) => levels.length > 0,
  );
  const cases = forms.flatMap((form) => groups.map((levels) => keywordCase(file, form, levels)));
  return kind === 'maps' ? cases : [...cases, wrongCase(file)];
}

function keywordCase(file: KeywordFile, form: Form, levels: readonly Level[]): Partial<Case> {
  const { keyword, values, title } = file;
  const value = form === 'text' ? (file.source ?? '"{{ x }}"') : values[form];
  const shown = levels.map((level) => shownAt(level, file.levels?.[level] ?? file));
  // Ansible has no such facts.
  const compared = file.ansible && form !== 'fact' && levels.every((level) => !file.levels?.[level]?.differs);
  return {
    ...common(file),
    title: `${title}: ${form}${levels.length < keywords[keyword]!.at.length ? `, ${levels.join(', ')}` : ''}`,
    playbook: yaml(
      levels.flatMap((level, i) => [playAt(level, file, shown[i]!), ...afterPlay(level, file)]),
      value,
    ),
    files: { ...file.files, ...filesOf(levels, shown) },
    trace: levels.flatMap((level, i) => traceAt(level, file, shown[i]!)),
    messages: shown.flatMap(({ messages = [] }) => messages),
    ...(file.contents && { contents: shown.flatMap(({ contents = [] }) => contents) }),
    ...(form === 'text' && { extra: { x: values.text } }),
    ...(file.exit !== undefined && { exit: file.exit }),
    ...(compared && { ansible: file.ansible }),
    covers: { keyword, form, levels },
  };
}

/** A value of the wrong type, at the task (or its loop_control). */
function wrongCase(file: KeywordFile): Partial<Case> {
  const { kind, at: allowed } = keywords[file.keyword]!;
  const level: Level = allowed.includes('task') ? 'task' : 'loop_control';
  const [x, expected] =
    kind === 'boolean or expression'
      ? ['maybe', 'true or false']
      : kind === 'number or expression'
        ? ['many', 'a number from 0 up']
        : [['a'], 'text'];
  return {
    ...common(file),
    title: `${file.title}: a value of another type is refused where it is written`,
    playbook: yaml([playAt(level, file, shownAt(level, file))], '"{{ x }}"'),
    extra: { x },
    trace: [`a failed ${level}`],
    messages: [`'${file.keyword}' must be ${expected}, but it is ${JSON.stringify(x)} (`, 'site.yml:'],
    exit: 2,
    ...file.wrong,
  };
}

function common({ inventory, options, needs }: KeywordFile): Partial<Case> {
  return { ...(inventory && { inventory }), ...(options && { options }), ...(needs && { needs }) };
}

/** VALUE stands for the keyword's value, which may have a tag. */
function yaml(value: unknown, source: string): string {
  return stringify(value, { lineWidth: 0 }).replaceAll('VALUE', () => source);
}

function shownAt(level: Level, { task, trace, contents, messages }: Shown): Shown {
  return JSON.parse(JSON.stringify({ task, trace, contents, messages }).replaceAll('LEVEL', level)) as Shown;
}

function playAt(level: Level, { keyword, hosts = 'a' }: KeywordFile, { task }: Shown): Entry {
  const [inside, set] = [{ name: level, ...task }, { [keyword]: 'VALUE' }];
  const play = { name: `at ${level}`, hosts };
  switch (level) {
    case 'play':
      return { ...play, ...set, tasks: [inside] };
    case 'block':
      return { ...play, tasks: [{ block: [inside], ...set }] };
    case 'handler':
      return { ...play, tasks: [trigger], handlers: [{ ...inside, ...set }] };
    case 'role':
      return { ...play, roles: [{ role: 'r', ...set }] };
    case 'import':
      return { ...play, tasks: [{ import_tasks: 'import.yml', ...set }] };
    case 'loop_control':
      return { ...play, tasks: [{ ...inside, loop_control: set }] };
    default:
      return { ...play, tasks: [{ ...inside, ...set }] };
  }
}

const trigger = { name: 'trigger', debug: { msg: 'x' }, changed_when: true, notify: 'handler' };

function afterPlay(level: Level, { after }: KeywordFile): readonly Entry[] {
  if (!after) return [];
  const tasks = JSON.parse(JSON.stringify(after).replaceAll('LEVEL', level)) as readonly Entry[];
  return [{ name: `after ${level}`, hosts: 'a', tasks }];
}

function filesOf(levels: readonly Level[], shown: readonly Shown[]): Record<string, string> {
  const paths: Partial<Record<Level, string>> = { role: 'roles/r/tasks/main.yml', import: 'import.yml' };
  return Object.fromEntries(
    levels.flatMap((level, i) =>
      paths[level] === undefined ? [] : [[paths[level], stringify([{ name: level, ...shown[i]!.task }])]],
    ),
  );
}

/** The lines of a handler are marked as such, and follow those of the task that notifies it. */
function traceAt(level: Level, { hosts = 'a' }: KeywordFile, { trace }: Shown): readonly string[] {
  if (level !== 'handler') return trace;
  const marked = (line: string): string =>
    line.endsWith(')') ? line.replace(/\(([^()]*)\)$/, '(handler, $1)') : `${line} (handler)`;
  const triggers = (hosts === 'all' ? ['a', 'b', 'c'] : [hosts]).map((host) => `${host} changed trigger`);
  return [...triggers, ...trace.map((line) => (line.split(' ')[2] === 'handler' ? marked(line) : line))];
}
