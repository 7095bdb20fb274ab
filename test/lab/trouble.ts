import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labOptions } from '../../engine/cli/commands/lab.ts';
import { hostExec, labRemove } from '../../engine/lab/control.ts';
import { upperDigest } from '../../engine/lab/digest.ts';
import { labReset, labUp } from '../../engine/lab/lab.ts';
import type { LabOptions } from '../../engine/lab/types.ts';
import { type Running, start } from '../cli/command.ts';
import { eventsIn, type Line } from '../cli/events.ts';

const inventory = 'test/lab/trouble.yml';
export const [ONE, TWO] = ['trouble-1', 'trouble-2'];

export interface Ran {
  readonly code: number | null;
  /** Everything that a user sees. */
  readonly shown: string;
  /** `HOST STATUS TASK` of each result. */
  readonly results: readonly string[];
  readonly events: readonly Line[];
  /** Everything reported about a host, hints included. */
  readonly reported: (host: string) => string;
}

/** On a host: succeeds if none of our sessions, shells or sudos is left. */
export const nothingRuns = 'set -- $(pgrep -f "[w]hile read -r size|^sshd: [a-z]+[@ ]|^sudo "); [ $# = 0 ]';

/** Two fresh hosts of test/lab/trouble.yml, and actions on them. */
export async function openTrouble() {
  const options: LabOptions = { ...(await labOptions([inventory], new AbortController().signal)), log: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-trouble-'));
  const running: Running[] = [];
  const reset = () => labReset(options, [ONE, TWO]);
  await labUp(options);
  await reset();

  /** Writes a playbook with these tasks, for all hosts. */
  const playbook = (tasks: string): string => {
    const file = join(folder, `${Math.random().toString(36).slice(2)}.yml`);
    writeFileSync(file, `- name: trouble\n  hosts: all\n  tasks:\n${tasks.replace(/^/gm, '    ')}\n`);
    return file;
  };

  /** Starts a run, with human output on the terminal and events in a file. */
  const begin = (tasks: string, args: readonly string[] = []): Running & { readonly ran: Promise<Ran> } => {
    const file = playbook(tasks);
    const copy = `${file}.jsonl`;
    const command = start(['run', file, '-i', inventory, '-vv', '--output-file', copy, ...args]);
    running.push(command);
    const ran = command.ended.then(({ code, stdout, stderr }): Ran => {
      const events = eventsIn(readFileSync(copy, 'utf8'));
      const results = events.filter(({ event }) => event === 'result');
      const reported = (host: string): string =>
        JSON.stringify(results.filter((one) => one['host'] === host && one['status'] !== 'ok'));
      return {
        code,
        shown: stdout + stderr,
        events,
        results: results.map((one) => [one['host'], one['status'], one['task']].join(' ')).sort(),
        reported,
      };
    });
    return { ...command, ran };
  };
  const run = (tasks: string, ...args: string[]): Promise<Ran> => begin(tasks, args).ran;

  const inside = async (host: string, script: string): Promise<string> =>
    (await hostExec(options, host, ['sh', '-c', script])).stdout.trim();
  const digest = (host: string) => upperDigest(options, host);
  /** How two hosts differ that should be the same. */
  const unlike = async (): Promise<string[]> => {
    const [one, two] = [await digest(ONE), await digest(TWO)];
    return [...new Set([...one.keys(), ...two.keys()])]
      .filter((path) => path !== '/etc/machine-id' && one.get(path) !== two.get(path))
      .map((path) => `${path}: ${one.get(path)}, ${two.get(path)}`);
  };
  /** Waits until a script succeeds on a host. */
  const until = async (host: string, script: string): Promise<void> => {
    for (const end = Date.now() + 15_000; ; await sleep(50)) {
      if ((await hostExec(options, host, ['sh', '-c', script])).code === 0) return;
      if (Date.now() > end)
        throw new Error(`on ${host} this never became true: ${script}\n${await inside(host, 'ps -ef')}`);
    }
  };
  /** Kills all login sessions, as a broken network does. */
  const cut = (host: string) => inside(host, 'pkill -KILL -f "^sshd: (debian|operator|root)"');

  const close = async (): Promise<void> => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    rmSync(folder, { recursive: true, force: true });
    await labRemove(options, [ONE, TWO]);
  };
  return { options, folder, begin, run, inside, digest, unlike, until, cut, reset, close };
}
