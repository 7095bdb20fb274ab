import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { labOptions } from '../../engine/cli/commands/lab.ts';
import { hostExec } from '../../engine/lab/control.ts';
import { labReset, labUp } from '../../engine/lab/lab.ts';
import { hostPaths, labPaths } from '../../engine/lab/paths.ts';
import type { LabOptions } from '../../engine/lab/types.ts';
import type { Contestant, Name, Task } from './contestants.ts';
import { type Ground, type GroundHost, type Identity, prepareGround, work } from './ground.ts';
import { type Command, type Measured, measure, medians } from './measure.ts';
import { pythonArchive } from './python.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The medians by work, and by who did it. */
export type Results = Map<string, Map<Name, Measured>>;

/** Seconds: what takes longer is not repeated. */
const long = 60;

interface Turns {
  /** Of the fast and of the slow contestants. */
  readonly rounds?: readonly [number, number];
  readonly who?: (contestant: Contestant) => boolean;
}

/** The lab, the contestants and what has been measured so far. */
export class Bench {
  readonly options: LabOptions;
  readonly contestants: readonly Contestant[];
  readonly results: Results = new Map();
  readonly failures: string[] = [];
  /** The lab's hosts, without relays or simulation. */
  readonly ground: Ground;
  readonly #folder = mkdtempSync(join(tmpdir(), 'tsplay-bench-'));
  readonly #identity: Identity;

  private constructor(options: LabOptions, contestants: readonly Contestant[]) {
    this.options = options;
    this.contestants = contestants;
    this.#identity = {
      keyFile: labPaths(options).key,
      hostKeys: new Map(options.hosts.map(({ name }) => [name, hostKeys(options, name)])),
    };
    const hosts = options.hosts.map(({ name, listen, port }) => ({ name, address: listen, port, of: name }));
    this.ground = this.groundOf('lab', hosts);
  }

  static async open(contestants: readonly Contestant[], signal: AbortSignal): Promise<Bench> {
    const options = { ...(await labOptions(['inventory/lab.yml'], signal)), log: () => {} };
    await labUp(options);
    return new Bench(options, contestants);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  groundOf(name: string, hosts: readonly GroundHost[], namespace?: string): Ground {
    return prepareGround(join(this.#folder, name), hosts, this.#identity, namespace);
  }

  /** Every contestant that can do the task does it in turn, several times; the medians are kept. It must change nothing. */
  async turns(title: string, task: Task, ground: Ground, { rounds = [5, 2], who }: Turns = {}): Promise<void> {
    const measured = new Map<Name, Measured[]>();
    const [failed, enough] = [new Set<Name>(), new Set<Name>()];
    for (let round = 0; round < Math.max(...rounds); round++)
      for (const contestant of this.contestants) {
        const command = contestant.command(task, ground);
        if (
          !command ||
          failed.has(contestant.name) ||
          enough.has(contestant.name) ||
          round >= rounds[contestant.slow ? 1 : 0]
        )
          continue;
        if (who && !who(contestant)) continue;
        const ran = await this.#measure(title, contestant.name, command, changesNothing);
        if (ran) measured.set(contestant.name, [...(measured.get(contestant.name) ?? []), ran]);
        else failed.add(contestant.name);
        if (ran && ran.seconds > long) enough.add(contestant.name);
      }
    for (const [name, runs] of measured) if (!failed.has(name)) this.keep(title, name, runs);
  }

  /** On bare hosts, reset for each contestant. */
  async fresh(title: string): Promise<void> {
    for (const contestant of this.contestants) {
      await labReset(this.options);
      if (contestant.slow) await this.bringPython();
      const ran = await this.#measure(title, contestant.name, contestant.command('prepare', this.ground)!, () => true);
      if (ran) this.keep(title, contestant.name, [ran]);
    }
    await this.prepared();
  }

  keep(title: string, name: Name, runs: readonly Measured[]): void {
    const row = this.results.get(title) ?? new Map<Name, Measured>();
    this.results.set(title, row.set(name, medians(runs)));
  }

  /** Makes sure that the lab's hosts are converged, and that Ansible finds Python there. */
  async prepared(): Promise<void> {
    const marks = this.options.hosts.map(({ name }) =>
      hostExec(this.options, name, ['cat', '/etc/cni/net.d/10-bench.conflist']),
    );
    if ((await Promise.all(marks)).some(({ code }) => code !== 0)) {
      say('resetting and preparing the hosts (not measured)');
      await labReset(this.options);
    }
    await this.#must(this.contestants.find(({ name }) => name === 'tsplay')!.command('prepare', this.ground)!);
    if (this.contestants.some(({ slow }) => slow)) await this.bringPython();
  }

  async bringPython(): Promise<void> {
    const archive = await pythonArchive(this.options);
    await this.#must({
      argv: this.tsplay(join(work, 'python.yml'), '-i', this.ground.inventory, '-e', `archive=${archive}`),
    });
  }

  tsplay(...args: readonly string[]): readonly string[] {
    return [process.execPath, join(root, 'dist/tsplay.js'), 'run', ...args];
  }

  /** Measures tsplay on work that only it can do. */
  async own(title: string, rounds: number, argv: readonly string[], fine = changesNothing): Promise<void> {
    const runs: Measured[] = [];
    for (let round = 0; round < rounds; round++) {
      const ran = await this.#measure(title, 'tsplay', { argv }, fine);
      if (ran) runs.push(ran);
    }
    if (runs.length > 0) this.keep(title, 'tsplay', runs);
  }

  async #measure(
    title: string,
    name: Name,
    command: Command,
    fine: (output: string) => boolean,
  ): Promise<Measured | undefined> {
    const ran = await measure(command, this.options.signal);
    this.options.signal?.throwIfAborted();
    const good = ran.code === 0 && fine(ran.output);
    say(`${title}: ${name}: ${good ? `${ran.seconds.toFixed(2)} s` : 'failed'}`);
    if (good) return ran;
    const why = ran.code === 0 ? 'it changed something on converged hosts' : `exit code ${ran.code}`;
    this.failures.push(`${title}: ${name}: ${why}\n${lastLines(ran.output)}`);
    return undefined;
  }

  async #must(command: Command): Promise<void> {
    const { code, output } = await measure(command, this.options.signal);
    this.options.signal?.throwIfAborted();
    if (code !== 0) throw new Error(`${command.argv.join(' ')} exited with ${code}:\n${lastLines(output)}`);
  }
}

/** Matches the output of tsplay, Ansible and the floor. */
const changesNothing = (output: string): boolean => !/changed=[1-9]|^changed: /m.test(output);

const lastLines = (output: string): string => output.trimEnd().split('\n').slice(-15).join('\n');

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The public keys of a host, without the comment at their end. */
function hostKeys(options: LabOptions, host: string): string[] {
  const folder = join(hostPaths(options, host).seed, 'etc/ssh');
  const files = readdirSync(folder).filter((name) => name.endsWith('.pub'));
  return files.map((name) => readFileSync(join(folder, name), 'utf8').split(' ').slice(0, 2).join(' '));
}
