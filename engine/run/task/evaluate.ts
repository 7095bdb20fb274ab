import { facts } from '../../facts/facts.ts';
import { Unknown, UnknownValue } from '../../module/unknown.ts';
import type { Play } from '../../playbook/types.ts';
import type { HostScope } from '../../variables/scope.ts';
import { HostSession } from '../host/session.ts';
import type { Run } from '../types.ts';
import { contextForFacts, isQuiet } from './context.ts';

/**
 * Evaluates something pure in a scope. Facts that it asks for and that are not read yet are read, then it is evaluated
 * again, until it asks for nothing new: facts cost nothing unless they are used, wherever they are used.
 */
export async function evaluate<T>(
  run: Run,
  play: Play,
  scope: HostScope,
  pure: () => T | Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (;;) {
    scope.needed.take();
    scope.needed.seen = [];
    let outcome: { value: T } | { failure: unknown };
    try {
      outcome = { value: await pure() };
    } catch (failure) {
      outcome = { failure };
    }
    const needed = scope.needed.take();
    const { state, entry } = scope.inside;
    if (needed.length === 0) {
      if (run.policy?.fact && state === run.state) {
        const quiet = entry !== undefined && isQuiet(entry, scope);
        for (const fact of scope.needed.seen) run.policy.fact(scope, fact, quiet);
      }
      if ('value' in outcome) return outcome.value;
      throw outcome.failure;
    }
    await Promise.all(
      needed.map(({ host, names }) => readFacts(run, play, host, names, state.memory(host).facts, signal)),
    );
  }
}

/** Reads facts of a host, all in one round trip. In check mode what cannot be known yet is Unknown. */
export async function readFacts(
  run: Run,
  play: Play,
  host: string,
  names: Iterable<string>,
  into: Map<string, unknown>,
  signal?: AbortSignal,
): Promise<void> {
  const state = run.host(host);
  const session = new HostSession(contextForFacts(run, play, state, signal));
  const read = async (name: string): Promise<void> => {
    const { changes } = state;
    const value: unknown = await session.read(facts.get(name)!.probe).catch((error: unknown) => {
      if (!(error instanceof UnknownValue)) throw error;
      return new Unknown(error.reason);
    });
    // What another host's task has changed here meanwhile makes it out of date: it will be asked for again.
    if (state.changes === changes || facts.get(name)!.stable) into.set(name, value);
  };
  await Promise.all([...names].map(read));
}
