import { Unknown } from '../../module/unknown.ts';
import type { Task } from '../../playbook/types.ts';
import type { HostMemory, RunState } from '../../variables/types.ts';
import type { HostState, Run } from '../types.ts';

/** The registered value and the variables that a step will leave, where it is skipped or will find nothing to do. */
export interface Found {
  readonly registers: unknown;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What upcoming tasks will know: the present values, those that checked tasks will leave, and unknown for the rest. */
export class UpcomingValues {
  readonly #run: Run;
  readonly #host: HostState;
  readonly #values = new Map<string, { readonly index: number; value: unknown }[]>();
  readonly #facts = new Map<string, Map<string, unknown>>();

  constructor(run: Run, host: HostState) {
    this.#run = run;
    this.#host = host;
  }

  /** To be called in the order of the tasks: the variables that it sets will have other values after it. */
  announce(index: number, task: Task): void {
    for (const name of namesSetBy(task)) {
      const values = this.#values.get(name) ?? [];
      this.#values.set(name, values);
      values.push({ index, value: new Unknown(untilRun(task)) });
    }
  }

  learn(index: number, task: Task, found: Found | undefined): void {
    if (!found) return;
    const values = new Map(Object.entries(found.facts));
    if (task.register !== undefined) values.set(task.register, found.registers);
    for (const [name, value] of values) {
      const slot = this.#values.get(name)?.find((s) => s.index === index);
      if (!slot || !(slot.value instanceof Unknown)) continue;
      slot.value = value;
    }
  }

  /** The run state as the task at this index will see it. Facts that are read for it stay here. */
  stateAt(index: number): RunState {
    const { state } = this.#run;
    const memories = new Map<string, HostMemory>();
    const memory = (name: string): HostMemory => {
      let known = memories.get(name);
      if (!known) memories.set(name, (known = this.#memory(name, index)));
      return known;
    };
    return { ...state, memory };
  }

  #memory(name: string, index: number): HostMemory {
    const state = this.#run.host(name);
    let facts = this.#facts.get(name);
    if (!facts) this.#facts.set(name, (facts = new Map(state.facts)));
    const { included, published, inPlay } = state;
    if (state !== this.#host)
      return { variables: state.variables, given: state.given, included, published, inPlay, facts };
    const ahead = (variable: string) => this.#values.get(variable)?.findLast((v) => v.index < index);
    const variables = {
      has: (variable: string) => ahead(variable) !== undefined || state.variables.has(variable),
      get: (variable: string) => {
        const slot = ahead(variable);
        return slot ? slot.value : state.variables.get(variable);
      },
      keys: () => new Set([...state.variables.keys(), ...this.#values.keys()]).keys(),
    };
    const given = { has: (variable: string) => ahead(variable) === undefined && state.given.has(variable) };
    return { variables, given, included, published, inPlay, facts };
  }
}

export const untilRun = (task: Task): string => `until '${task.name}' has run`;

function namesSetBy(task: Task): readonly string[] {
  return [
    ...(task.register === undefined ? [] : [task.register]),
    ...(task.module.setsVariables ? task.args.keys() : []),
  ];
}
