import { facts as factTable } from '../../facts/facts.ts';
import type { Host } from '../../inventory/types.ts';
import type { UpcomingEffect as Coming, LiveReader as Eyes, Prediction, Probe } from '../../module/probe.ts';
import { type Unknown, UnknownValue } from '../../module/unknown.ts';
import type { Handler, VariableLayer } from '../../playbook/types.ts';
import type { HostMemory } from '../../variables/scope.ts';
import type { HostCounts } from '../events/event.ts';

/** Where a host stands in the play: ended hosts leave the play, failed and unreachable ones the run. */
export type Standing = 'active' | 'failed' | 'unreachable' | 'ended';

/** What the hosts of a run have in common. */
export class Fleet {
  /** How often something was, or may have been, changed on any of them. */
  changes = 0;
  /**
   * For so many milliseconds what was read counts as what is there: a slow neighbour may have held the play up. Where
   * it takes longer than that to look at all hosts once, what the first was asked must still count when its turn comes.
   */
  fresh = 5000;
  /** Dear looks that were taken to foresee, by what they follow from. */
  readonly foreseen = new Map<string, Promise<unknown>>();
  /** Hosts that are one machine under several names, by where it is reached. */
  readonly #machines = new Map<string, Set<HostState>>();

  settle(host: HostState, machine: string): void {
    const names = this.#machines.get(machine);
    if (!names) this.#machines.set(machine, new Set([host]));
    else {
      const [first] = names;
      names.add(host);
      host.predictions = first!.predictions; // what is foreseen of one machine is seen under all its names
    }
  }

  at(machine: string | undefined): Iterable<HostState> {
    return (machine !== undefined && this.#machines.get(machine)) || [];
  }
}

/** An observation, under way or made. */
export interface Reading {
  readonly value: Promise<unknown>;
  /** When the answer came, in milliseconds; infinite until then. */
  at: number;
  /** How much had been changed on all hosts by then. */
  readonly changes: number;
  /** The host was not reached: what is changed on another may bring it up. */
  unreachable?: true;
}

/** All that a run knows of one host. */
export class HostState implements HostMemory {
  /** As the inventory knows it now. */
  host: Host;
  standing: Standing = 'active';
  /** A guard has refused something here: no rescue takes up from there. */
  refused = false;
  readonly variables = new Map<string, unknown>();
  readonly facts = new Map<string, unknown>();
  /** What was read since the last change, by login, become user and probe key. */
  readonly cache = new Map<string, Reading>();
  /** How far the coming tasks have been looked at (see ahead.ts). */
  readonly ahead = { upTo: 0, at: 0, changes: 0, window: Number.POSITIVE_INFINITY };
  /** How often something was, or may have been, changed here. */
  changes = 0;
  readonly fleet: Fleet;
  #machine: string | undefined;
  predictions: Predictions;
  readonly included: VariableLayer[] = [];
  readonly published: { readonly roleDefaults: VariableLayer[]; readonly vars: VariableLayer[] } = {
    roleDefaults: [],
    vars: [],
  };
  /** Handlers of the roles that were included here, by name: those of the last one, with its loop variables. */
  readonly handlers = new Map<string, { readonly handler: Handler; readonly locals?: ReadonlyMap<string, unknown> }>();
  /** Roles that were included here and run once only. */
  readonly rolesRun = new Set<string>();
  /** Handlers to run at the next flush; Unknown: only tasks of which nothing is known have notified it. */
  readonly notified = new Map<Handler, 'changed' | Unknown>();
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

  constructor(host: Host, fleet: Fleet) {
    this.host = host;
    this.fleet = fleet;
    this.predictions = new Predictions(fleet.foreseen);
  }

  get name(): string {
    return this.host.name;
  }

  get inPlay(): boolean {
    return this.standing === 'active';
  }

  /** The play is over, and with it what roles brought into it. */
  forgetRoles(): void {
    this.handlers.clear();
    this.rolesRun.clear();
    this.published.roleDefaults.length = 0;
    this.published.vars.length = 0;
  }

  /** Told with each connection: two hosts may be one machine. */
  reachedAt(machine: string): void {
    if (this.#machine === machine) return;
    this.#machine = machine;
    this.fleet.settle(this, machine);
  }

  /** Something was changed on the host: nothing that was read before counts any more. */
  forget(): void {
    this.fleet.changes++;
    this.#forget();
    for (const twin of this.fleet.at(this.#machine)) if (twin !== this) twin.#forget();
  }

  #forget(): void {
    this.changes++;
    this.cache.clear();
    for (const name of this.facts.keys()) if (!factTable.get(name)?.stable) this.facts.delete(name);
  }
}

const subjectOf = (key: string): string => key.slice(key.indexOf(':') + 1);

type Foreseen = { readonly value: unknown } | { readonly unknown: string } | { readonly as: Probe<unknown> };

/** In check mode: what earlier tasks would have made of the host. */
export class Predictions {
  readonly #values = new Map<string, Foreseen>();
  /** Of all keys that match, the latest first. */
  readonly #ranges: { readonly matches: (key: string) => boolean; readonly foreseen: Foreseen }[] = [];
  #since: string | undefined;
  readonly #coming: (Coming & { readonly until: string })[] = [];
  readonly #own = new Map<string, Promise<unknown>>();
  readonly #fleet: Map<string, Promise<unknown>>;

  /** `fleet`: what was looked at to foresee on any host. */
  constructor(fleet: Map<string, Promise<unknown>> = new Map()) {
    this.#fleet = fleet;
  }

  /** `until`: the clause that says when what cannot be told is known: `until 'install haproxy' has run`. */
  add(predictions: readonly Prediction[], until: string): void {
    if (predictions.length > 0) this.#since ??= until;
    for (const p of predictions) {
      if (p.kind === 'value') this.#values.set(p.key, { value: p.value });
      else if (p.kind === 'unknown') this.#values.set(p.key, { unknown: until });
      else if (p.kind === 'same') this.#values.set(p.key, { as: p.as });
      else if (p.kind === 'all') this.#range((key) => key.startsWith(p.keys), { value: p.value });
      else if (p.kind === 'all-unknown') this.#range((key) => key.startsWith(p.keys), { unknown: until });
      else this.#coming.push({ ...p, until });
    }
  }

  /**
   * A task of which it is unknown what it would do has looked at this: it may change that, and of a path also what it
   * has not looked at: the content, where it stopped at the owner, and all that is below.
   */
  doubt(keys: Iterable<string>, until: string): void {
    const seen = new Set(keys);
    const places = [...new Set([...seen].map(subjectOf).filter((subject) => subject.startsWith('/')))];
    const within = (subject: string): boolean => places.some((p) => subject === p || subject.startsWith(`${p}/`));
    if (seen.size > 0) this.#since ??= until;
    this.#range((key) => seen.has(key) || within(subjectOf(key)), { unknown: until });
  }

  /** What was foreseen before of any of them does not count any more. */
  #range(matches: (key: string) => boolean, foreseen: Foreseen): void {
    for (const key of this.#values.keys()) if (matches(key)) this.#values.delete(key);
    this.#ranges.unshift({ matches, foreseen });
  }

  /** Since when the host would not be as it is now: the first task that would have changed it. */
  get since(): string | undefined {
    return this.#since;
  }

  of(key: string): Foreseen | undefined {
    return this.#values.get(key) ?? this.#ranges.find(({ matches }) => matches(key))?.foreseen;
  }

  /**
   * What a probe will read that has read `value` on the host as it is. Throws UnknownValue where a task that may bring
   * the thing would have run and it cannot be known before what comes of it. `eyes` see the host as it is.
   */
  async foresee<T>({ appearsWith }: Probe<T>, value: T, eyes: Eyes): Promise<T> {
    const since = this.#coming.find(({ cause }) => cause === appearsWith?.cause);
    if (!appearsWith || !since) return value;
    if (appearsWith.foresee) {
      const once = { read: <V>(other: Probe<V>) => this.#once(other, eyes) };
      const foreseen = await appearsWith.foresee(value, once, this.#coming);
      if (foreseen !== undefined) return foreseen;
    } else if (!appearsWith.absent(value)) return value;
    throw new UnknownValue(since.until);
  }

  /** To foresee may take seconds: each look at the host that it takes is taken once, for all hosts of which it is the same. */
  async #once<T>(probe: Probe<T>, eyes: Eyes): Promise<T> {
    const { key, follows } = probe;
    const [memory, name] = follows ? [this.#fleet, `${await eyes.read(follows)} ${key}`] : [this.#own, key];
    const known = memory.get(name) ?? eyes.read(probe);
    memory.set(name, known);
    known.catch(() => memory.delete(name)); // another host may be better off
    return known as Promise<T>;
  }
}
