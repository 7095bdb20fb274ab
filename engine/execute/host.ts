import type { Prediction, SideEffect } from '../contract/probe.ts';
import type { Host } from '../inventory/types.ts';
import { facts as factTable } from '../plan/facts.ts';
import type { HostMemory } from '../plan/scope.ts';
import type { Handler } from '../playbook/types.ts';
import type { HostCounts } from './event.ts';

/** Where a host stands in the play: ended hosts leave the play, failed and unreachable ones the run. */
export type Standing = 'active' | 'failed' | 'unreachable' | 'ended';

/** All that a run knows of one host. */
export class HostState implements HostMemory {
  readonly host: Host;
  standing: Standing = 'active';
  readonly variables = new Map<string, unknown>();
  readonly facts = new Map<string, unknown>();
  /** What was read since the last change, by become user and probe key. */
  readonly cache = new Map<string, Promise<unknown>>();
  readonly predictions = new Predictions();
  /** Handlers to run at the next flush; `unknown`: only unknown tasks have notified it. */
  readonly notified = new Map<Handler, 'changed' | 'unknown'>();
  readonly counts: HostCounts = {
    ok: 0,
    changed: 0,
    skipped: 0,
    failed: 0,
    unreachable: 0,
    rescued: 0,
    ignored: 0,
    unknown: 0,
  };

  constructor(host: Host) {
    this.host = host;
  }

  get name(): string {
    return this.host.name;
  }

  /** Something was changed on the host: nothing that was read before counts any more. */
  forget(): void {
    this.cache.clear();
    for (const name of this.facts.keys()) if (!factTable.get(name)?.stable) this.facts.delete(name);
  }
}

/** In check mode: what earlier tasks would have made of the host. */
export class Predictions {
  readonly #values = new Map<string, { readonly value: unknown } | { readonly unknownBecause: string }>();
  readonly #causes = new Map<SideEffect, string>();

  /** `task` is the name of the task whose effects these are. */
  add(predictions: readonly Prediction[], task: string): void {
    for (const p of predictions) {
      if (p.kind === 'value') this.#values.set(p.key, { value: p.value });
      else if (p.kind === 'unknown') this.#values.set(p.key, { unknownBecause: task });
      else if (!this.#causes.has(p.cause)) this.#causes.set(p.cause, task);
    }
  }

  of(key: string): { readonly value: unknown } | { readonly unknownBecause: string } | undefined {
    return this.#values.get(key);
  }

  /** The task that may bring absent things into being, if one would have run. */
  cause(cause: SideEffect): string | undefined {
    return this.#causes.get(cause);
  }
}
