import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { InvalidInput } from '../../engine/source/diagnostic.ts';
import { compare, type Fidelity, nameOf, sum, summaryOf } from './fidelity.ts';
import { type Ran, Runner } from './run.ts';
import {
  files,
  GROUPS,
  type Made,
  PACKAGES,
  packages,
  playbookOf,
  SCRATCH,
  sequences,
  system,
  UNITS,
  USERS,
} from './tasks.ts';

export const families = { files, system, packages } as const;
export type Family = keyof typeof families;

/** A host that sequences of tasks are tried on: its inventory, its name, and how to run commands on it. */
export interface Bench {
  readonly inventories: readonly string[];
  readonly host: string;
  /** Runs a shell script as root. */
  exec(script: string): Promise<unknown>;
}

export interface Tried {
  readonly cases: number;
  readonly fidelity: Fidelity;
  /** The smallest playbook found whose prediction was wrong, and what was wrong. */
  readonly counterexample?: string;
}

/**
 * Random sequences of tasks that touch the same few things: check mode predicts each step and each later observation,
 * each task that is repeated immediately finds nothing to do, and the same holds when everything is run a second time.
 */
export async function tryFamily(bench: Bench, family: Family, seed: number, numRuns: number): Promise<Tried> {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-property-'));
  mkdirSync(join(folder, 'templates'));
  writeFileSync(join(folder, 'templates/t.hbs'), '{{ inventory_hostname }}\nx=1\n');
  const done: Fidelity[] = [];
  let cases = 0;
  const property = fc.asyncProperty(sequences(families[family], family === 'packages' ? 4 : 8), async (tasks) => {
    cases++;
    const wrong = await tryOne(bench, folder, tasks, done);
    if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n\n${playbookOf(tasks, bench.host)}`);
  });
  try {
    const result = await fc.check(property, {
      seed,
      numRuns,
      endOnFailure: false,
      interruptAfterTimeLimit: 15 * 60_000,
    });
    const error = result.errorInstance as Error | undefined;
    return {
      cases,
      fidelity: sum(done),
      ...(result.failed && {
        counterexample: `seed ${result.seed}, path ${result.counterexamplePath}\n${error?.message ?? ''}`,
      }),
    };
  } finally {
    await bench.exec(cleaning);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tryOne(
  bench: Bench,
  folder: string,
  tasks: readonly Made[],
  done: Fidelity[],
): Promise<readonly string[]> {
  writeFileSync(join(folder, 'site.yml'), playbookOf(tasks, bench.host));
  const runner = new Runner({ playbooks: [join(folder, 'site.yml')], inventories: bench.inventories });
  await bench.exec(cleaning);
  try {
    for (const round of ['first', 'second']) {
      const check = await runner.run({ check: true });
      const real = await runner.run({ check: false });
      const fidelity = compare(check, real);
      const wrong = [...fidelity.mismatches, ...fidelity.reworded, ...again(real)];
      if (wrong.length > 0) return [`in the ${round} round:`, ...wrong];
      done.push(fidelity);
    }
  } catch (error) {
    if (error instanceof InvalidInput) return []; // refused before any host is touched: nothing to predict
    throw error;
  }
  return [];
}

function again({ results }: Ran): readonly string[] {
  return results
    .filter(
      ({ task, status, differences }) =>
        task.endsWith(' again') && status === 'changed' && differences.some((d) => !d.recurs),
    )
    .map((result) => `${nameOf(result)}: repeated immediately, but ${summaryOf(result)}`);
}

/** Undoes everything that the sequences may have done. */
const cleaning = [
  'set +e',
  `for unit in ${UNITS.join(' ')}; do`,
  '  f=/etc/systemd/system/$unit.service',
  '  if [ -e $f ] || [ -L $f ] || systemctl -q is-active $unit; then systemctl stop $unit 2>/dev/null; rm -f $f /etc/systemd/system/*.wants/$unit.service; again=1; fi',
  'done',
  'if [ -n "$again" ]; then systemctl daemon-reload; systemctl reset-failed; fi',
  `for user in ${USERS.join(' ')}; do if id $user >/dev/null 2>&1; then userdel -r $user >/dev/null 2>&1 || userdel -f $user >/dev/null 2>&1; fi; rm -rf /home/$user; done`,
  `for group in ${[...GROUPS, ...USERS].join(' ')}; do if getent group $group >/dev/null; then groupdel $group; fi; done`,
  'rm -f /etc/sysctl.d/prove.conf',
  'echo 0 > /proc/sys/net/ipv4/conf/lo/rp_filter; echo 0 > /proc/sys/net/ipv4/conf/lo/log_martians',
  `for package in ${PACKAGES.join(' ')}; do if dpkg -s $package >/dev/null 2>&1; then apt-mark unhold $package >/dev/null 2>&1; apt-get -qq purge -y $package >/dev/null 2>&1; fi; done`,
  `rm -rf ${SCRATCH}; mkdir -p ${SCRATCH}`,
].join('\n');
