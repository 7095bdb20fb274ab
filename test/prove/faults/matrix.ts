import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labOptions } from '../../../engine/cli/commands/lab.ts';
import { modules } from '../../../modules/index.ts';
import { Ground, say } from '../ground.ts';
import { freshHosts, removeHosts } from './disks.ts';
import { type Fault, faults } from './kinds.ts';
import type { Order } from './messages.ts';
import { bundleController } from './session.ts';
import { Likeness, type Reference } from './state.ts';
import { undisturbed } from './undisturbed.ts';
import { type Cell, type Stage, walk } from './walk.ts';

/** These need a cluster. */
const OF_CLUSTERS = [
  'kubeadm',
  'kubeadm_preflight',
  'kubernetes_preflight',
  'kubernetes_connections',
  'kubernetes_health',
  'kubernetes_manifest',
  'kubernetes_wait',
];

interface Subject {
  readonly playbook: string;
  readonly stepwise: boolean;
  /** Megabytes of each host's disk. */
  readonly disk: number;
  /** The steps at which this fault happens. */
  steps(reference: Reference, fault: Fault): readonly string[];
  problems(reference: Reference): readonly string[];
  /** Makes the files that the playbook sends. */
  files(folder: string): void;
}

export const subjects: Readonly<Record<string, Subject>> = {
  modules: {
    playbook: join(import.meta.dirname, 'modules.yml'),
    stepwise: true,
    disk: 700,
    steps: ({ order }) => order,
    problems({ modules: used }) {
      const names = new Set([...used.values(), ...OF_CLUSTERS]);
      return modules.filter(({ name }) => !names.has(name)).map(({ name }) => `no step uses ${name}`);
    },
    files(folder) {
      writeFileSync(join(folder, 'big.bin'), randomBytes(2_000_000));
    },
  },
  'ha-cluster': {
    playbook: join(import.meta.dirname, '../../../playbooks/ha-cluster.yml'),
    stepwise: false,
    disk: 3000,
    // A killed controller at every change, everything else at every third step.
    steps: ({ order, moments }, { kills }) =>
      order.filter((step, i) => (kills ? moments.get(step)!.includes('before') : i % 3 === 0)),
    problems: () => [],
    files: () => {},
  },
};

export interface Wish {
  readonly inventory: string;
  readonly subject: string;
  readonly faults: readonly string[];
  /** Only steps whose names match. */
  readonly only?: RegExp | undefined;
}

export interface Matrix {
  readonly rows: readonly (readonly string[])[];
  readonly problems: readonly string[];
}

export const matrixHead = ['fault', 'playbook', 'tried', 'borne', 'told', 'killed', 'as it should be'] as const;

/** Every fault at the steps of a playbook. Every row is printed as soon as it is known. */
export async function proveFaults(wish: Wish): Promise<Matrix> {
  const subject = subjects[wish.subject]!;
  const options = await labOptions([wish.inventory], new AbortController().signal);
  const controller = await bundleController();
  try {
    await freshHosts(options, subject.disk);
    const ground = await Ground.open([wish.inventory]);
    try {
      return await proveOn(ground, subject, wish, controller);
    } finally {
      ground.close();
    }
  } finally {
    await removeHosts(options);
    rmSync(controller, { force: true });
  }
}

async function proveOn(ground: Ground, subject: Subject, wish: Wish, controller: string): Promise<Matrix> {
  const { here, inventories } = ground;
  const { playbook, stepwise } = subject;
  subject.files(here);
  const fresh = async (): Promise<Order> => {
    await freshHosts(ground.options, subject.disk);
    // What one series has fetched or left for later does not concern the next one.
    const own = join(here, randomBytes(4).toString('hex'));
    mkdirSync(own);
    const extra = { here, own, admin_conf_local: join(own, 'admin.conf') };
    return { controller, playbook, inventories, extra, journal: join(own, 'journal') };
  };
  say('undisturbed');
  const reference = await undisturbed(ground, await fresh(), stepwise);
  say(`${reference.order.length} steps; undisturbed, again`);
  const likeness = new Likeness(reference, await undisturbed(ground, await fresh(), stepwise));
  say(`contents that differ by themselves: ${likeness.differing.join(', ')}`);
  const rows: (readonly string[])[] = [];
  const problems = [...subject.problems(reference)];
  for (const name of wish.faults) {
    const fault = faults[name]!;
    const order = await fresh();
    const stage: Stage = { ground, order, reference, likeness, stepwise, say: (text) => say(`${name}: ${text}`) };
    const steps = subject.steps(reference, fault).filter((step) => wish.only?.test(step) ?? true);
    const cells = await walk(stage, fault, steps).catch((error: unknown) => {
      problems.push(`${fault.about}: ${String(error)}`);
      return [];
    });
    rows.push(rowOf(fault.about, wish.subject, cells));
    problems.push(...problemsOf(fault.about, cells));
    say(rows.at(-1)!.join(' | '));
    for (const text of problemsOf(fault.about, cells)) say(`problem: ${text}`);
  }
  return { rows, problems };
}

function rowOf(fault: string, playbook: string, cells: readonly Cell[]): readonly string[] {
  const tried = cells.filter(({ outcome }) => outcome !== undefined);
  const count = (outcome: Cell['outcome']): string => String(cells.filter((cell) => cell.outcome === outcome).length);
  const good = tried.filter(({ problems }) => problems.length === 0).length;
  return [
    fault,
    playbook,
    `${tried.length} of ${cells.length}`,
    count('borne'),
    count('told'),
    count('killed'),
    `${good} of ${tried.length}`,
  ];
}

const problemsOf = (fault: string, cells: readonly Cell[]): readonly string[] =>
  cells.flatMap(({ step, moment, problems, outcome }) => [
    ...problems.map((text) => `${fault}, ${step} (${moment}): ${text}`),
    ...(outcome === undefined ? [`${fault}, ${step} (${moment}): not reached`] : []),
  ]);
