/** What a command left: its exit code and its two streams as text (UTF-8; bytes that are not text are replaced). */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What can bring things into being that no task names: an installed package its units, users and files; a refreshed
 * package index the packages, versions and dependencies in it; a loaded kernel module its settings.
 */
export type SideEffect = 'package' | 'package-index' | 'kernel-module';

/**
 * A read-only observation of a host: a script for POSIX sh and coreutils that changes nothing, and what its output means.
 * The same key means the same value: probes are shared between tasks, batched and read ahead.
 * A script runs in a subshell of its own with stdin closed, as the become user of the task; put values in with `sh`.
 */
export interface Probe<T> {
  /** `subject:detail`, e.g. `file:/etc/hosts`, `unit:containerd.service`. */
  readonly key: string;
  readonly script: string;
  parse(out: Output): T;
  /** Set where the thing could appear as a side effect of another task. */
  readonly appearsWith?: AppearsWith<T>;
  /** Hosts that read the same here read the same from this probe, which is dear: one of them is asked. For foreseeing only. */
  readonly follows?: Probe<string>;
  /** Set where one process can answer several probes of this kind that are asked at the same time. */
  readonly together?: { readonly kind: ProbeKind; readonly subject: string };
  /** No task can change it (who one is): where a task is unknown, this stays known. */
  readonly fixed?: true;
  /** Moves by itself, without anything having been changed (the time, what a web address answers): a plan does not rest on it. */
  readonly volatile?: true;
  /** The value in a person's words, for where it is not what a plan rests on any more; nothing that is secret. Without it: only that it is another. */
  tell?(value: T): string;
  /** Looks at what several hosts share (a cluster, a web address): what was read ahead counts only until anything is changed on any host. */
  readonly shared?: boolean;
}

/** How a probe's value hangs on what other tasks bring by the way. */
export interface AppearsWith<T> {
  readonly cause: SideEffect;
  /** Tells from the value that the thing is not there now. */
  absent(value: T): boolean;
  /**
   * What will be read after all that earlier tasks would bring, in their order (of every cause): asked in check mode
   * where there is any. Undefined: that cannot be known before. Without it what is absent is unknown.
   */
  foresee?(value: T, host: LiveReader, upcoming: readonly UpcomingEffect[]): Promise<T | undefined>;
}

/** What an earlier task of check mode would bring, beside what it names; `brings` as it gave it to `mayAppear`. */
export interface UpcomingEffect {
  readonly cause: SideEffect;
  readonly brings?: unknown;
  readonly versionOf?: VersionOf;
}

/** The version that a program (`kubelet`) will tell of itself, empty where it will not be there; undefined: cannot be known before. */
export type VersionOf = (
  program: string,
  host: LiveReader,
  upcoming: readonly UpcomingEffect[],
) => Promise<string | undefined>;

/** Sees a host as it is, without what earlier tasks would have done. */
export interface LiveReader {
  read<T>(probe: Probe<T>): Promise<T>;
}

/** Probes that differ in their subject only (a path, a package), asked by one script instead of one each. */
export interface ProbeKind {
  script(subjects: readonly string[]): string;
  /** For each subject exactly what its own script would have left; undefined where that cannot be told, then each is asked. */
  shares(out: Output, subjects: readonly string[]): readonly Output[] | undefined;
}

/** What a change will do to later observations, for check mode. */
export type Prediction =
  | { readonly kind: 'value'; readonly key: string; readonly value: unknown }
  | { readonly kind: 'unknown'; readonly key: string }
  | { readonly kind: 'same'; readonly key: string; readonly as: Probe<unknown> }
  /** Of all probes whose key begins so: the value, or that it cannot be known. */
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

/** After the change this probe reads something that cannot be known before. */
export function cannotTell(probe: Probe<unknown>): Prediction {
  return { kind: 'unknown', key: probe.key };
}

/** After the change every probe whose key begins so reads this value. */
export function allWillBe(keys: string, value: unknown): Prediction {
  return { kind: 'all', keys, value };
}

/** After the change no probe whose key begins so can be foreseen. */
export function cannotTellAny(keys: string): Prediction {
  return { kind: 'all-unknown', keys };
}

/**
 * After the change, things that are absent now and can appear with this cause may be there. `brings` says what is done,
 * for probes that can foresee what comes of it; without it they cannot. `versionOf` tells the same of programs, for facts.
 */
export function mayAppear(cause: SideEffect, brings?: unknown, versionOf?: VersionOf): Prediction {
  return { kind: 'appears', cause, ...(brings !== undefined && { brings }), ...(versionOf && { versionOf }) };
}
