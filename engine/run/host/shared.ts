import type { Predictions } from './predictions.ts';

/** An observation, under way or made. */
export interface CachedRead {
  readonly value: Promise<unknown>;
  /** When the answer came, in milliseconds; infinite until then. */
  at: number;
  /** How much had been changed on all hosts by then. */
  readonly changes: number;
  /** Of the task that has asked first. */
  readonly signal: AbortSignal;
  /** The host was not reached: a change on another host may bring it up. */
  unreachable?: true;
}

/** A host under one of its names. */
interface Twin {
  predictions: Predictions;
  forgetReads(): void;
}

/** State that the hosts of a run share. */
export class SharedHosts {
  /** How often something was, or may have been, changed on any of them. */
  changes = 0;
  /**
   * For how many milliseconds a read stays valid: a slow neighbor may have held the play up. Where checking all hosts
   * once takes longer, what the first was asked must still be valid when its turn comes.
   */
  fresh = 5000;
  /** Expensive reads made in order to predict, by what they depend on. */
  readonly predicted = new Map<string, Promise<unknown>>();
  /** Hosts that are one machine under several names, by where it is reached. */
  readonly #machines = new Map<string, Set<Twin>>();

  settle(host: Twin, machine: string): void {
    const names = this.#machines.get(machine);
    if (!names) this.#machines.set(machine, new Set([host]));
    else {
      const [first] = names;
      names.add(host);
      host.predictions = first!.predictions; // what is predicted for one machine holds under all its names
    }
  }

  /** Something was changed on a machine: nothing that was read there before is valid any more. */
  forget(machine: string | undefined): void {
    this.changes++;
    for (const twin of this.at(machine)) twin.forgetReads();
  }

  at(machine: string | undefined): Iterable<Twin> {
    return (machine !== undefined && this.#machines.get(machine)) || [];
  }
}
