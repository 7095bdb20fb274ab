import type { Difference, Reader } from '../module/module.ts';
import type { Probe } from '../module/probe.ts';
import { UnknownValue } from '../module/unknown.ts';
import type { Play, Task } from '../playbook/types.ts';
import type { HostScope, SeenFact } from '../variables/scope.ts';
import type { Result } from './events/event.ts';
import type { Footing } from './host/session.ts';
import type { Outcome } from './task/result.ts';
import type { Step } from './task/runner.ts';

/** Which time a task comes to a host, and in a loop for which item: the same in each run of a playbook that goes the same way. */
export interface Visit {
  readonly at: string;
  readonly item?: number;
}

/** Is told of an observation of a host as it is: not of what check mode foresees, nor of what is looked at ahead. */
export type Saw = <T>(probe: Probe<T>, value: T, from: Footing) => void;

/** What a step sees. */
export interface Eyes {
  readonly saw: Saw;
  /** It asked for something that cannot be known yet, and may go on without it. */
  readonly missed: () => void;
  /** A file of this machine. */
  readonly local: (path: string, content: Buffer) => void;
}

/**
 * Watches a run, and may refuse what it would do: a plan is made by one guard and held by another, and the run between
 * them is the same as any. All but `visit` may be left out.
 */
export interface Guard {
  /** A task comes to a host. */
  visit(play: Play, task: Task, host: string): string;
  /** For the checks of a step. */
  eyes?(step: Step, visit: Visit): Eyes;
  /** Something that was evaluated for a host has used a fact. */
  fact?(scope: HostScope, fact: SeenFact): void;
  /** What a step would change, before it does. What is handed back is why it must not. */
  found?(step: Step, visit: Visit, differences: readonly Difference[]): string | undefined;
  /** Why nothing may be changed on a host at all. */
  barred?(host: string): { readonly status: 'failed' | 'unreachable'; readonly message: string } | undefined;
  /** What came of a step; secrets are in it, and what no_log hides is where it is not `quiet`. */
  told?(
    result: Result,
    outcome: Outcome,
    about: { readonly visit: Visit | undefined; readonly role: string | undefined; readonly quiet: boolean },
  ): void;
}

/** A guard has said no. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly hint = 'nothing was changed by this step; a new plan tells what it would do now';
}

/** The same eyes; what they miss, and what they read on this machine, is told. */
export function watched(reader: Reader, eyes: Eyes): Reader {
  return Object.freeze({
    ...reader,
    read: <T>(probe: Probe<T>): Promise<T> =>
      reader.read(probe).catch((error: unknown) => {
        if (error instanceof UnknownValue) eyes.missed();
        throw error;
      }),
    on: (host: string) => watched(reader.on(host), eyes),
    readLocal: async (path: string) => {
      const content = await reader.readLocal(path);
      if (content) eyes.local(path, content);
      return content;
    },
  });
}
