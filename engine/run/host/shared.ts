import type { HostState, SharedHostState } from '../types.ts';

/** A host as its twins see it. */
interface Twin extends Pick<HostState, 'predictions'> {
  forgetReads(): void;
}

/** State that the hosts of a run share. */
export class SharedHosts implements SharedHostState {
  changes = 0;
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

  at(machine: string | undefined): Iterable<Twin> {
    return (machine !== undefined && this.#machines.get(machine)) || [];
  }
}
