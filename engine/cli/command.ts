import { type Argument, type Command, Option } from 'commander';

/** What a shell offers for a value: files, or one of these words. */
export type Completion = 'file' | (() => readonly string[]);

interface Spec {
  readonly flags: string;
  readonly about: string;
  readonly initial?: string | number;
  readonly collect?: (value: string, before: never) => unknown;
  readonly completion?: Completion;
  readonly hidden?: boolean;
}

/** An option of a command; `T` is what its value is, and only the compiler knows it. */
export interface OptionSpec<T> extends Spec {
  readonly type?: T;
}

type More = Pick<Spec, 'completion' | 'hidden'>;

/** An option without a value. */
export function flag(flags: string, about: string, more: More = {}): OptionSpec<boolean | undefined> {
  return { flags, about, ...more };
}

/** An option with a value. */
export function option(flags: string, about: string, more: More = {}): OptionSpec<string | undefined> {
  return { flags, about, ...more };
}

export function optionOr(initial: string, flags: string, about: string, more: More = {}): OptionSpec<string> {
  return { flags, about, initial, ...more };
}

/** An option that may be given several times. It has no default: help would show it. */
export function list(flags: string, about: string, more: More = {}): OptionSpec<readonly string[] | undefined> {
  return { flags, about, collect: (value, before?: readonly string[]) => [...(before ?? []), value], ...more };
}

/** An option whose value may be left out: `true` then. */
export function optionalValue(flags: string, about: string): OptionSpec<string | true | undefined> {
  return { flags, about };
}

/** How often the option is given. */
export function counted(flags: string, about: string): OptionSpec<number> {
  return { flags, about, initial: 0, collect: (_, before: number) => before + 1 };
}

/** Options by the name under which commander hands the value over. */
export type OptionTable = Readonly<Record<string, OptionSpec<unknown>>>;

type ValueOf<S> = S extends OptionSpec<infer T> ? T : never;

/** The values of the options of a table. */
export type OptionsOf<T extends OptionTable> = {
  readonly [K in keyof T as undefined extends ValueOf<T[K]> ? K : never]?: Exclude<ValueOf<T[K]>, undefined>;
} & { readonly [K in keyof T as undefined extends ValueOf<T[K]> ? never : K]: ValueOf<T[K]> };

type ArgumentSpec = readonly [usage: string, about?: string, completion?: Completion];

type ArgumentOf<S extends ArgumentSpec> = S[0] extends `${string}...${string}`
  ? string[]
  : S[0] extends `[${string}`
    ? string | undefined
    : string;

type ArgumentsOf<A extends readonly ArgumentSpec[]> = { [I in keyof A]: ArgumentOf<A[I]> };

/** A sub-command, or a group of them. */
export interface CommandRow {
  readonly name: string;
  readonly about: string;
  /** Adds arguments, options and what it does. */
  readonly define: (command: Command) => void;
}

interface Row<A extends readonly ArgumentSpec[], O extends OptionTable> {
  readonly name: string;
  readonly about: string;
  readonly alias?: string;
  readonly arguments?: A;
  readonly options?: O;
  /** The arguments, the values of the options, then the command itself. Returns the exit code; without one it is 0. */
  readonly action: (...given: [...ArgumentsOf<A>, OptionsOf<O>, Command]) => number | Promise<number | void>;
}

// oxlint-disable-next-line typescript/no-empty-object-type -- a table without options
type NoOptions = {};

export function command<const A extends readonly ArgumentSpec[] = [], O extends OptionTable = NoOptions>(
  row: Row<A, O>,
): CommandRow {
  return {
    name: row.name,
    about: row.about,
    define: (made) => {
      if (row.alias !== undefined) made.alias(row.alias);
      for (const [usage, about, completion] of row.arguments ?? []) {
        made.argument(usage, about);
        if (completion) completions.set(made.registeredArguments.at(-1)!, completion);
      }
      for (const [name, spec] of Object.entries(row.options ?? {})) made.addOption(optionOf(name, spec));
      made.action(async (...given) => {
        if (row.options?.['inventory'] || row.options?.['vaultId']) await settle(given, made);
        const code = await row.action(...(given as Parameters<typeof row.action>));
        if (typeof code === 'number') process.exitCode = code;
      });
    },
  };
}

/** A command that only leads to others: `tsplay vault edit`. */
export function group(name: string, about: string, rows: readonly CommandRow[]): CommandRow {
  return {
    name,
    about,
    define: (made) => {
      for (const row of rows) row.define(made.command(row.name).description(row.about));
    },
  };
}

/** Puts the project's settings under the options of the command line. */
async function settle(given: unknown[], made: Command): Promise<void> {
  const { readProject, withSettings } = await import('./settings/project.ts');
  const at = given.length - 2; // before the command itself
  const playbook = [...given.slice(0, at).flat(), (given[at] as { playbook?: unknown }).playbook];
  const first = playbook.find((word): word is string => typeof word === 'string' && /\.ya?ml$/.test(word));
  given[at] = withSettings(given[at] as object, made, readProject(first).held);
}

const completions = new WeakMap<Option | Argument, Completion>();

export function completionOf(of: Option | Argument): Completion | undefined {
  return completions.get(of);
}

function optionOf(name: string, { flags, about, initial, collect, completion, hidden }: Spec): Option {
  const made = new Option(flags, about);
  if (made.attributeName() !== name) throw new Error(`the option ${flags} is called ${name} in its table`);
  if (initial !== undefined) made.default(initial);
  if (collect) made.argParser(collect as (value: string, before: unknown) => unknown);
  if (hidden) made.hideHelp();
  if (completion) completions.set(made, completion);
  return made;
}

/** `human, json or sarif` */
export function orList(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
