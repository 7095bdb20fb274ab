/** `tsplay`: playbooks from a program. The public entry of the package; the command (cli/) does not use it. */
import { modules } from '../modules/index.ts';
import { EventQueue } from './report/event-queue.ts';
import type { Event } from './run/events/event.ts';
import { prepare, type RunRequest } from './run/prepare.ts';
import { execute } from './run/run.ts';
import { type Diagnostic, formatDiagnostic, InvalidInput } from './source/diagnostic.ts';
import { version } from './source/version.ts';
import { Vault } from './vault/vault.ts';

export type { Difference } from './module/module.ts';
export type { Event, FailureDetail, HostCounts, Recap, Result, Status } from './run/events/event.ts';
export type { Place } from './source/place.ts';
export { type Diagnostic, formatDiagnostic, InvalidInput };

/** What to check: the options of `tsplay validate`. Paths are absolute, or relative to the current folder. */
export interface ValidateInput {
  readonly playbook: string | readonly string[];
  /** Without one, hosts and the variables that an inventory may define are not checked. */
  readonly inventory?: string | readonly string[];
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly extraVars?: Readonly<Record<string, unknown>>;
  /** Vault passwords, by vault id. */
  readonly vaultPasswords?: Readonly<Record<string, string>>;
  /** Treat warnings as errors. */
  readonly strict?: boolean;
}

/** What to run: the options of `tsplay run`. */
export interface RunInput extends ValidateInput {
  readonly inventory: string | readonly string[];
  /** Predict, and change nothing. */
  readonly check?: boolean;
  /** How many hosts are worked on in parallel: 50. */
  readonly forks?: number;
  readonly forceHandlers?: boolean;
  /** The exit code is 3 instead of 0 if something was (or would be) changed. */
  readonly detailedExitcode?: boolean;
  readonly user?: string;
  readonly privateKey?: string;
  readonly connectionPassword?: string;
  /** The time limit for connecting; default: ConnectTimeout of ssh's configuration, or 10. */
  readonly timeoutSeconds?: number;
  readonly become?: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly becomePassword?: string;
  /** When it is aborted, running tasks end, no further ones begin, and the exit code is 130. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a playbook and yields its events; the last one, `recap`, holds the counts of each host and the exit code.
 * Throws InvalidInput, with all problems, before any host is touched. Leaving the loop early aborts the run; while about
 * 1,000 events are unread, no further task begins.
 */
export async function* run(input: RunInput): AsyncGenerator<Event, void, void> {
  const request = requestOf(input);
  const prepared = await prepare(request);
  for (const warning of prepared.warnings) yield { event: 'warning', message: formatDiagnostic(warning) };
  const left = new AbortController();
  const signal = input.signal ? AbortSignal.any([input.signal, left.signal]) : left.signal;
  const events = new EventQueue();
  signal.addEventListener('abort', events.release, { once: true });
  const slowed = { ...request, ready: events.ready };
  const ended = execute(prepared, slowed, version, events.push, signal).finally(events.end);
  ended.catch(() => undefined); // awaited below
  try {
    yield* events.read();
    await ended;
  } finally {
    left.abort();
    await ended.catch(() => undefined); // connections are closed, even if the reader has left
  }
}

/** All problems, errors and warnings; touches no host. */
export async function validate(input: ValidateInput): Promise<readonly Diagnostic[]> {
  try {
    return (await prepare(requestOf(input))).warnings;
  } catch (error) {
    if (error instanceof InvalidInput) return error.diagnostics;
    throw error;
  }
}

function requestOf(input: ValidateInput & Partial<RunInput>): RunRequest {
  const {
    playbook,
    inventory = [],
    limit,
    extraVars = {},
    vaultPasswords = {},
    strict = false,
    signal: _,
    ...options
  } = input;
  const passwords = Object.entries(vaultPasswords).map(([id, text]) => ({ id, password: Buffer.from(text) }));
  return {
    playbooks: [playbook].flat(),
    inventories: [inventory].flat(),
    ...(limit !== undefined && { limit }),
    extra: new Map(Object.entries(extraVars)),
    vault: new Vault(passwords),
    strict,
    modules: new Map(modules.map((module) => [module.name, module])),
    options: {
      check: false,
      forks: 50,
      forceHandlers: false,
      tags: [],
      skipTags: [],
      become: false,
      ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    },
  };
}
