import type { Output, Probe } from '../../module/probe.ts';
import type { Become, Connection, RawOutput, Script } from '../../transport/types.ts';
import { untilAborted } from '../../transport/waiting.ts';

interface Question {
  readonly probe: Probe<unknown>;
  readonly signal: AbortSignal | undefined;
  resolve(output: Output): void;
  reject(error: unknown): void;
}

type Send = (scripts: readonly Script[], signal: AbortSignal) => Promise<readonly RawOutput[]>;

/** One script and the questions that it answers. */
type Party = readonly Question[];

/** The argument list of a process is bounded. */
const largestParty = 200;

/**
 * Collects the probes of one tick for one shell and sends them together; probes that arrive meanwhile are sent next. Probes
 * that one process can answer are sent as one script. When a task's signal is aborted, its probes reject at once; what is
 * under way in the shell is ended with it, and the probes of others in that batch are sent again. So that this never ends a
 * change, changes wait for the probes that are under way, and probes for changes: the shell takes up one after the other anyway.
 */
class ProbeBatcher {
  #waiting: Question[] = [];
  #busy = false;
  /** Asked and not settled. */
  readonly #open = new Set<Question>();
  #underWay: { readonly questions: readonly Question[]; readonly ending: AbortController } | undefined;
  #changing = 0;
  /** Changes that wait for the probes that are under way. */
  #changes: (() => void)[] = [];
  /** One listener a signal, however many questions it is about: hundreds of hosts share the run's signal. */
  readonly #watched = new Map<AbortSignal, () => void>();
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  ask(probe: Probe<unknown>, signal?: AbortSignal): Promise<Output> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (!this.#busy) {
      this.#busy = true;
      this.#flushNext();
    }
    return new Promise((resolve, reject) => {
      const question: Question = { probe, signal, resolve, reject };
      this.#open.add(question);
      this.#watch(signal);
      this.#waiting.push(question);
    });
  }

  /** Runs a change in the same shell; `signal` ends only its wait for probes. */
  async change<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    while (this.#underWay) await untilAborted(new Promise<void>((resolve) => this.#changes.push(resolve)), signal);
    this.#changing++;
    try {
      return await work();
    } finally {
      this.#changing--;
      if (this.#busy && !this.#underWay) this.#flushNext();
    }
  }

  /** In the next tick: whoever waited for an answer asks on in this very one, and those questions are sent together too. */
  #flushNext(): void {
    setImmediate(() => {
      if (this.#underWay || this.#changing > 0) return;
      if (this.#waiting.length > 0) void this.#flush();
      else this.#busy = false;
    });
  }

  async #flush(): Promise<void> {
    const questions = this.#waiting.filter((question) => this.#open.has(question)); // the others have been rejected
    this.#waiting = [];
    const ending = new AbortController();
    this.#underWay = { questions, ending };
    try {
      const unanswered = await this.#answer(partiesOf(questions), ending.signal);
      if (unanswered.length > 0)
        await this.#answer(
          unanswered.map((question) => [question]),
          ending.signal,
        );
    } catch (error) {
      const left = questions.filter((question) => this.#open.has(question));
      if (ending.signal.aborted) this.#waiting.push(...left);
      else for (const question of left) this.#settle(question, () => question.reject(error));
    }
    this.#underWay = undefined;
    this.#unwatch();
    for (const begin of this.#changes.splice(0)) begin();
    this.#flushNext();
  }

  /** Returns those that the common answer did not settle: each has to be asked by itself. */
  async #answer(parties: readonly Party[], signal: AbortSignal): Promise<readonly Question[]> {
    const outputs =
      parties.length === 0
        ? []
        : await this.#send(
            parties.map((party) => ({ text: scriptFor(party) })),
            signal,
          );
    return parties.flatMap((party, i) => {
      const output = textOf(outputs[i]!);
      const shares = party.length === 1 ? [output] : kindOf(party)!.shares(output, party.map(subjectOf));
      if (!shares) return party;
      party.forEach((question, n) => this.#settle(question, () => question.resolve(shares[n]!)));
      return [];
    });
  }

  #settle(question: Question, how: () => void): void {
    if (this.#open.delete(question)) how();
  }

  #watch(signal: AbortSignal | undefined): void {
    if (!signal || this.#watched.has(signal)) return;
    const abort = (): void => {
      this.#watched.delete(signal);
      for (const question of this.#open)
        if (question.signal === signal) this.#settle(question, () => question.reject(signal.reason));
      if (this.#underWay?.questions.some((question) => question.signal === signal)) this.#underWay.ending.abort();
    };
    this.#watched.set(signal, abort);
    signal.addEventListener('abort', abort, { once: true });
  }

  /** Takes away the listeners of signals that no open question has. */
  #unwatch(): void {
    const needed = new Set([...this.#open].map(({ signal }) => signal));
    for (const [signal, abort] of this.#watched)
      if (!needed.has(signal)) {
        signal.removeEventListener('abort', abort);
        this.#watched.delete(signal);
      }
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

/** Identifies a become user and everything about how to become it: another password or method has not been let in yet. */
export function becomeKey(become: Become | undefined): string {
  return become === undefined ? '' : JSON.stringify(become);
}

const batchers = new WeakMap<Connection, Map<string, ProbeBatcher>>();

export function batcherFor(connection: Connection, become: Become | undefined): ProbeBatcher {
  const byBecome = batchers.get(connection) ?? new Map<string, ProbeBatcher>();
  batchers.set(connection, byBecome);
  const key = becomeKey(become);
  let batcher = byBecome.get(key);
  if (!batcher) {
    const send: Send = async (scripts, signal) =>
      (await connection.shell(become, undefined, signal)).run(scripts, signal);
    byBecome.set(key, (batcher = new ProbeBatcher(send)));
  }
  return batcher;
}
