import type { Output, Probe } from '../../module/probe.ts';
import type { Become, Connection, RawOutput, Script } from '../../transport/types.ts';

interface Question {
  readonly probe: Probe<unknown>;
  resolve(output: Output): void;
  reject(error: unknown): void;
}

/** One script and those whom it answers. */
type Party = readonly Question[];

/** No argument list of a process grows without end. */
const largestParty = 200;

/**
 * Collects the probes of one tick for one shell, and sends them together; what comes while they are under way goes next.
 * Those that one process can answer are asked as one.
 */
class Batch {
  #waiting: Question[] = [];
  #busy = false;
  readonly #send: (scripts: readonly Script[]) => Promise<readonly RawOutput[]>;

  constructor(send: (scripts: readonly Script[]) => Promise<readonly RawOutput[]>) {
    this.#send = send;
  }

  ask(probe: Probe<unknown>): Promise<Output> {
    if (!this.#busy) {
      this.#busy = true;
      setImmediate(() => void this.#flush());
    }
    return new Promise((resolve, reject) => this.#waiting.push({ probe, resolve, reject }));
  }

  async #flush(): Promise<void> {
    const questions = this.#waiting;
    this.#waiting = [];
    try {
      const unanswered = await this.#answer(partiesOf(questions));
      if (unanswered.length > 0) await this.#answer(unanswered.map((question) => [question]));
    } catch (error) {
      for (const question of questions) question.reject(error);
    }
    // those who waited for an answer ask on in this very tick: their questions still go along
    setImmediate(() => {
      if (this.#waiting.length > 0) void this.#flush();
      else this.#busy = false;
    });
  }

  /** Hands back those for whom the common answer did not tell: each has to be asked by itself. */
  async #answer(parties: readonly Party[]): Promise<readonly Question[]> {
    const outputs = await this.#send(parties.map((party) => ({ text: scriptFor(party) })));
    return parties.flatMap((party, i) => {
      const output = textOf(outputs[i]!);
      const shares = party.length === 1 ? [output] : kindOf(party)!.shares(output, party.map(subjectOf));
      if (!shares) return party;
      party.forEach((question, n) => question.resolve(shares[n]!));
      return [];
    });
  }
}

const kindOf = ([first]: Party) => first!.probe.together?.kind;
const subjectOf = ({ probe }: Question): string => probe.together!.subject;

function scriptFor(party: Party): string {
  return party.length === 1 ? party[0]!.probe.script : kindOf(party)!.script(party.map(subjectOf));
}

function partiesOf(questions: readonly Question[]): readonly Party[] {
  const parties: Question[][] = [];
  const open = new Map<unknown, Question[]>();
  for (const question of questions) {
    const kind = question.probe.together?.kind;
    const party = kind && open.get(kind);
    if (party && party.length < largestParty) party.push(question);
    else {
      const begun = [question];
      parties.push(begun);
      if (kind) open.set(kind, begun);
    }
  }
  return parties;
}

export function textOf(raw: RawOutput): Output {
  return { code: raw.code, stdout: raw.stdout.toString(), stderr: raw.stderr.toString() };
}

/** All of it: who comes with another password or method has not been let in yet. */
export function wayIn(become: Become | undefined): string {
  return become === undefined ? '' : JSON.stringify(become);
}

const batches = new WeakMap<Connection, Map<string, Batch>>();

export function batchOf(connection: Connection, become: Become | undefined): Batch {
  const byBecome = batches.get(connection) ?? new Map<string, Batch>();
  batches.set(connection, byBecome);
  const key = wayIn(become);
  let batch = byBecome.get(key);
  if (!batch) byBecome.set(key, (batch = new Batch(async (scripts) => (await connection.shell(become)).run(scripts))));
  return batch;
}
