import type { AnyModule, Changed, Check, FileAttributes, Module, RunOptions, Writer } from './module.ts';
import type { Output, Probe } from './probe.ts';
import { quoteAll } from './quote.ts';
import { readOnly } from './read-only.ts';
import { UnknownValue } from './unknown.ts';

/** A host as data: what each probe reads, by key, and what commands print. */
export interface GivenHost {
  readonly reads?: Readonly<Record<string, unknown>>;
  /** Output by command line (as quoted for a shell); a command that is not listed succeeds and prints nothing. */
  readonly outputs?: Readonly<Record<string, Partial<Output>>>;
  /** Files of the controller, by path. */
  readonly local?: Readonly<Record<string, string>>;
  /** Other hosts, by name. */
  readonly others?: Readonly<Record<string, GivenHost>>;
  /** What probes read after the change, by key; if given, predictions are compared with it. */
  readonly afterwards?: Readonly<Record<string, unknown>>;
}

export interface Seen<P = unknown> {
  readonly check: Check<P>;
  /** Command lines run, scripts and `write PATH`, in order; only when there were differences. On another host: `NAME: …`. */
  readonly commands: readonly string[];
  readonly written: Readonly<Record<string, { content: string; attributes: FileAttributes }>>;
  readonly changed: Changed | undefined;
  /** What the check finds when it reads its own predictions: nothing, if the module predicts its whole change. */
  readonly leftOver: readonly string[] | 'unknown';
}

/**
 * Runs a module against a host made of data: given state → differences and commands. Arguments are as a module receives them.
 * Reading a probe that the case does not give is an error that names its key.
 */
export async function observe<P>(module: Observed<P>, args: unknown, given: GivenHost): Promise<Seen<P>> {
  const commands: string[] = [];
  const written: Record<string, { content: string; attributes: FileAttributes }> = {};
  const host = fakeHost(given, '', commands, written);
  const check = await module.check(args, readOnly(host));
  const needed = check.differences.length > 0;
  const changed = needed && module.change ? ((await module.change(args, check, host)) ?? undefined) : undefined;
  return { check, commands, written, changed, leftOver: needed ? await predicted(module, args, given, check) : [] };
}

/** What the same check still finds on such a host; differences that recur by nature are left out. */
export async function stillFound(
  module: AnyModule,
  args: unknown,
  given: GivenHost,
  foresee: Foresee = asItIs,
): Promise<readonly string[] | 'unknown'> {
  const host = readOnly(fakeHost(given, '', [], {}, foresee));
  try {
    return ((await module.check(args, host)) as Check).differences.filter((d) => !d.recurs).map((d) => d.what);
  } catch (error) {
    if (error instanceof UnknownValue) return 'unknown';
    throw error;
  }
}

/** What a probe will read that reads this value now; undefined: the check did not say. */
// oxlint-disable-next-line typescript/no-explicit-any
type Foresee = (probe: Probe<any>, value: unknown) => Promise<unknown>;
const asItIs: Foresee = (_probe, value) => Promise.resolve(value);

/** A module with unknown argument types. */
// oxlint-disable-next-line typescript/no-explicit-any
type Observed<P> = Module<any, P>;

function predicted(
  module: AnyModule,
  args: unknown,
  given: GivenHost,
  check: Check,
): Promise<readonly string[] | 'unknown'> {
  const reads: Record<string, unknown> = { ...given.reads };
  const after = check.after ?? [];
  for (const p of after) if (p.kind === 'value') reads[p.key] = p.value;
  for (const p of after) if (p.kind === 'same') reads[p.key] = reads[p.as.key];
  const unknown = new Set(after.flatMap((p) => (p.kind === 'unknown' ? [p.key] : [])));
  const foretold = new Set(after.flatMap((p) => (p.kind === 'value' || p.kind === 'same' ? [p.key] : [])));
  const coming = after.filter((p) => p.kind === 'appears');
  return stillFound(module, args, { ...given, reads }, async ({ key, appearsWith }, value) => {
    if (unknown.has(key)) return undefined;
    if (foretold.has(key) || !coming.some(({ cause }) => cause === appearsWith?.cause)) return value;
    if (!appearsWith?.foresee) return appearsWith?.absent(value) ? undefined : value;
    return appearsWith.foresee(
      value,
      { read: (probe) => Promise.resolve(given.reads?.[probe.key] ?? null) as never },
      coming,
    );
  });
}

function fakeHost(
  given: GivenHost,
  name: string,
  commands: string[],
  written: Record<string, { content: string; attributes: FileAttributes }>,
  foresee: Foresee = asItIs,
): Writer {
  const run = (line: string): Promise<Output> => {
    commands.push(name + line);
    return Promise.resolve({ code: 0, stdout: '', stderr: '', ...given.outputs?.[line] });
  };
  const read = async <T>(probe: Probe<T>): Promise<T> => {
    if (!given.reads || !(probe.key in given.reads)) throw new Error(`the case does not say what '${probe.key}' reads`);
    const value = await foresee(probe, given.reads[probe.key]);
    if (value === undefined) throw new UnknownValue('in this case');
    return value as T;
  };
  return {
    read,
    readNow: read,
    on: (other) => {
      const host = given.others?.[other];
      if (!host) throw new Error(`the case has no host '${other}'`);
      return fakeHost(host, `${other}: `, commands, written);
    },
    readLocal: (path) => Promise.resolve(given.local?.[path] === undefined ? null : Buffer.from(given.local[path])),
    secret: () => {},
    run: (argv: readonly string[], _options?: RunOptions) => run(quoteAll(argv)),
    shell: (script) => run(script),
    write: (path, content, attributes) => {
      commands.push(`${name}write ${path}`);
      written[path] = { content: content.toString(), attributes };
      return Promise.resolve(attributes.backup ? { backup: `${path}.backup` } : {});
    },
    writeLocal: (path, content) => {
      commands.push(`write local ${path}`);
      written[path] = { content: content.toString(), attributes: {} };
      return Promise.resolve();
    },
    reconnect: () => {
      commands.push(`${name}reconnect`);
      return Promise.resolve();
    },
  };
}
