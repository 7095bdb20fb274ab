import { facts } from '../../facts/facts.ts';
import { Unknown, UnknownValue } from '../../module/unknown.ts';
import type { Play } from '../../playbook/types.ts';
import type { HostScope } from '../../variables/scope.ts';
import { Access } from '../host/session.ts';
import type { RunContext } from '../types.ts';
import { footingOf } from './context.ts';

/**
 * Evaluates something pure in a scope. Facts that it asked for and that are not read yet are read, then it is evaluated
 * again, until it asks for nothing new: so facts cost nothing unless they are used, wherever they are used.
 */
export async function evaluate<T>(
  run: RunContext,
  play: Play,
  scope: HostScope,
  pure: () => T | Promise<T>,
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
    const { world } = scope.inside;
    if (needed.length === 0 && world === run.world)
      for (const fact of scope.needed.seen) run.guard?.fact?.(scope, fact);
    if (needed.length > 0)
      await Promise.all(needed.map(({ host, names }) => readFacts(run, play, host, names, world.memory(host).facts)));
    else if ('value' in outcome) return outcome.value;
    else throw outcome.failure;
  }
}

/** Reads facts of a host, all in one round trip. In check mode what cannot be known yet is Unknown. */
export async function readFacts(
  run: RunContext,
  play: Play,
  host: string,
  names: Iterable<string>,
  into: Map<string, unknown>,
): Promise<void> {
  const state = run.state(host);
  const access = new Access(footingOf(run, play, undefined, state));
  const read = async (name: string): Promise<void> => {
    try {
      into.set(name, await access.read(facts.get(name)!.probe));
    } catch (error) {
      if (!(error instanceof UnknownValue)) throw error;
      into.set(name, new Unknown(error.reason));
    }
  };
  await Promise.all([...names].map(read));
}
