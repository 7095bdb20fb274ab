/** The result of a command: its exit code and its two streams as text (UTF-8; bytes that are not text are replaced). */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What can create things that no task names: an installed package its units, users and files; a refreshed
 * package index the packages, versions and dependencies in it; a loaded kernel module its settings.
 */
export type SideEffect = 'package' | 'package-index' | 'kernel-module';

/**
 * A read-only observation of a host: a script for POSIX sh and coreutils that changes nothing, and what its output means.
 * The same key means the same value: probes are shared between tasks, batched and read ahead.
 * Each script runs in a separate subshell with stdin closed, as the become user of the task; put values in with `sh`.
 */
export interface Probe<T> {
  /** `subject:detail`, e.g. `file:/etc/hosts`, `unit:containerd.service`. */
  readonly key: string;
  readonly script: string;
  parse(out: Output): T;
  /** Set where the thing could appear as a side effect of another task. */
  readonly appearsWith?: AppearsWith<T>;
  /** This probe is expensive, and hosts for which `follows` reads the same share its value: one of them is asked. Only for predictions. */
  readonly follows?: Probe<string>;
  /** Set if one process can answer several probes of this kind at once. */
  readonly together?: { readonly kind: ProbeKind; readonly subject: string };
  /** No task can change it (the user's identity): it stays known even after a task whose effect is unknown. */
  readonly fixed?: true;
  /** Changes by itself (the time, the response of a URL): a saved plan does not depend on it. */
  readonly volatile?: true;
  /** Describes the value for a drift report of a saved plan; never a secret. Without it, the report only says that the value differs. */
  describe?(value: T): string;
  /** Reads what several hosts share (a cluster, a URL): a prefetched value is valid only until something is changed on any host. */
  readonly shared?: boolean;
}

/** How a probe's value depends on side effects of other tasks. */
export interface AppearsWith<T> {
  readonly cause: SideEffect;
  /** Whether the value says that the thing is absent now. */
  absent(value: T): boolean;
  /**
   * What will be read after the side effects of all earlier tasks, in order (of every cause): called in check mode
   * if there are any. Undefined: cannot be predicted. Without it, what is absent is unknown.
   */
  foresee?(value: T, host: LiveReader, upcoming: readonly UpcomingEffect[]): Promise<T | undefined>;
}

/** A side effect of an earlier task in check mode; `brings` as passed to `mayAppear`. */
export interface UpcomingEffect {
  readonly cause: SideEffect;
  readonly brings?: unknown;
  readonly versionOf?: VersionOf;
}

/** The version that a program (`kubelet`) will report, empty if it will not exist; undefined: cannot be predicted. */
export type VersionOf = (
  program: string,
  host: LiveReader,
  upcoming: readonly UpcomingEffect[],
) => Promise<string | undefined>;

/** Reads the actual host, without the predictions of earlier tasks. */
export interface LiveReader {
  read<T>(probe: Probe<T>): Promise<T>;
}

/** Probes that differ only in their subject (a path, a package), answered by one script for all. */
export interface ProbeKind {
  script(subjects: readonly string[]): string;
  /** For each subject, exactly the output of its own script; undefined if that cannot be determined: then each script is run. */
  shares(out: Output, subjects: readonly string[]): readonly Output[] | undefined;
}

/** What a change does to later reads, for check mode. */
export type Prediction =
  | { readonly kind: 'value'; readonly key: string; readonly value: unknown }
  | { readonly kind: 'unknown'; readonly key: string }
  | { readonly kind: 'same'; readonly key: string; readonly as: Probe<unknown> }
  /** For all probes with this key prefix: the value, or unknown. */
  | { readonly kind: 'all'; readonly keys: string; readonly value: unknown }
  | { readonly kind: 'all-unknown'; readonly keys: string }
  | ({ readonly kind: 'appears' } & UpcomingEffect);

/** After the change this probe reads this value, exactly. */
export function willBe<T>(probe: Probe<T>, value: T): Prediction {
  return { kind: 'value', key: probe.key, value };
}

/** After the change this probe reads whatever the other one reads, from then on: two names for one thing. */
export function willReadAs<T>(probe: Probe<T>, as: Probe<T>): Prediction {
  return { kind: 'same', key: probe.key, as };
}

/** After the change, the value of this probe cannot be predicted. */
export function cannotTell(probe: Probe<unknown>): Prediction {
  return { kind: 'unknown', key: probe.key };
}

/** After the change, every probe with this key prefix reads this value. */
export function allWillBe(keys: string, value: unknown): Prediction {
  return { kind: 'all', keys, value };
}

/** After the change, no probe with this key prefix can be predicted. */
export function cannotTellAny(keys: string): Prediction {
  return { kind: 'all-unknown', keys };
}

/**
 * After the change, absent things that this cause can create may exist. `brings` describes the change,
 * for probes that can predict its results; without it they cannot. `versionOf` predicts program versions, for facts.
 */
export function mayAppear(cause: SideEffect, brings?: unknown, versionOf?: VersionOf): Prediction {
  return { kind: 'appears', cause, ...(brings !== undefined && { brings }), ...(versionOf && { versionOf }) };
}
