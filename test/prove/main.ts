import { join } from 'node:path';
import { loadCases } from '../conformance/case.ts';
import { byThemselves } from '../lab/cluster.ts';
import { trialsOf } from '../module/regex/generate.ts';
import { ours, pythons, type Verdict, verdict } from '../module/regex/python.ts';
import { playbookOf } from '../run/generated.ts';
import { proveCluster } from './cluster.ts';
import { partsAt } from './equivalence.ts';
import { faults } from './faults/kinds.ts';
import { matrixHead, proveFaults, subjects } from './faults/matrix.ts';
import { nothing, sum } from './fidelity.ts';
import { Ground, say } from './ground.ts';
import { handWritten, proveHandWritten } from './hand-written.ts';
import { proveHostile } from './hostile/run.ts';
import { killedHead, proveKubeadm, subjectsOfKubeadm } from './kubeadm.ts';
import { comparable, proveSmall, type Small } from './local.ts';
import { type Family, families, tryFamily } from './properties.ts';
import { sshdHint } from './sshd.ts';
import { fidelityHead, fidelityRow, tableOf } from './table.ts';
import { compareTransports } from './transports.ts';

/**
 * `npm run prove [-- PART… -i INVENTORY --seed N --runs N --from N --to N]`: proves that check mode is right and that
 * prefetching changes no result. Resets the hosts of test/prove/hosts.yml and, in the part `cluster`, of the inventory.
 * `npm run prove -- faults [--fault NAME --playbook NAME --step PATTERN]` takes hours and runs only when it is named,
 * as does `kubeadm [--playbook init,control-plane,worker --step PATTERN]`, which kills kubeadm at each of its phases.
 */
const HOSTS = join(import.meta.dirname, 'hosts.yml');
const FAULTY = join(import.meta.dirname, 'faults/hosts.yml');
const two = 'all: { vars: { ansible_connection: local }, hosts: { a: {}, b: {} } }\n';
const GENERATED = 200;

const args = process.argv.slice(2);
const option = (name: string): string | undefined =>
  args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : undefined;
const cluster = option('-i') ?? 'inventory/lab.yml';
const hostsFile = option('--hosts') ?? HOSTS;
const seed = Number(option('--seed') ?? 20260101);
const runs = Number(option('--runs') ?? 100);
const fault = option('--fault');
const playbook = option('--playbook');
const step = option('--step');
const slice = { from: Number(option('--from') ?? 0), to: Number(option('--to') ?? Number.POSITIVE_INFINITY) };

const rows: (readonly string[])[] = [];
const borne: (readonly string[])[] = [];
const killed: (readonly string[])[] = [];
const notes: string[] = [];
const problems: string[] = [];

const generated = (): readonly Small[] =>
  Array.from({ length: GENERATED }, (_, i) => ({ playbook: playbookOf(i + 1), inventory: two }));

const parts: Readonly<Record<string, () => Promise<void>>> = {
  async small() {
    for (const [name, list] of [
      ['conformance cases', loadCases().filter(comparable)],
      ['generated playbooks', generated()],
    ] as const) {
      const proven: Awaited<ReturnType<typeof proveSmall>>[] = [];
      for (const [i, small] of list.entries()) {
        const one = await proveSmall(small);
        proven.push(one);
        const title = 'title' in small ? small.title : `generated ${i + 1}`;
        problems.push(
          ...[...(one?.fidelity.mismatches ?? []), ...(one?.written ?? [])].map((text) => `${title}: ${text}`),
        );
      }
      const found = proven.filter((one) => one !== undefined);
      const written = found.reduce((count, one) => count + one.written.length, 0);
      rows.push(fidelityRow(`${found.length} ${name}`, sum(found.map(({ fidelity }) => fidelity)), written));
    }
  },

  async equivalence() {
    const cases = [...loadCases().filter(({ refused }) => !refused), ...generated()];
    let same = 0;
    for (const [i, small] of cases.entries()) {
      const parted = await partsAt(small);
      if (parted === undefined) same++;
      else if (parted !== 'refused')
        problems.push(`case ${i}: ${'title' in small ? small.title : small.playbook}: ${parted}`);
    }
    notes.push(`${same} playbooks have the same trace at lookahead 0, 1, 3 and unbounded.`);
  },

  async transports() {
    const found = await compareTransports(problems, slice);
    if (!found) notes.push(sshdHint);
    for (const { kind, cases, same } of found ?? [])
      notes.push(`${same} of ${cases} conformance cases are the same over ${kind} as on this machine directly.`);
  },

  async playbooks() {
    const ground = await Ground.open([hostsFile]);
    try {
      let all = nothing;
      let written = 0;
      for (const name of handWritten) {
        say(name);
        const proven = await proveHandWritten(ground, name);
        all = sum([all, proven.fidelity]);
        written += proven.written.length;
        rows.push(fidelityRow(name, proven.fidelity, proven.written.length));
        problems.push(
          ...[...proven.fidelity.mismatches, ...proven.written, ...proven.problems].map((text) => `${name}: ${text}`),
        );
      }
      rows.push(fidelityRow(`${handWritten.length} playbooks, hand-written`, all, written));
    } finally {
      ground.close();
    }
  },

  async properties() {
    const ground = await Ground.open([hostsFile]);
    const [host] = ground.names as [string];
    try {
      await ground.reset([host]);
      await ground.exec(host, 'apt-get -qq update');
      for (const family of Object.keys(families) as Family[]) {
        const count = family === 'packages' ? Math.ceil(runs / 5) : runs;
        const bench = { inventories: [hostsFile], host, exec: (script: string) => ground.exec(host, script) };
        const tried = await tryFamily(bench, family, seed, count);
        rows.push(fidelityRow(`${tried.cases} sequences: ${family} (seed ${seed})`, tried.fidelity, 0));
        if (tried.counterexample !== undefined) problems.push(`${family}: ${tried.counterexample}`);
      }
    } finally {
      ground.close();
    }
  },

  patterns() {
    const trials = trialsOf(seed, 100 * runs);
    const python = pythons(trials);
    const counts: Record<Verdict, number> = { equal: 0, refused: 0, 'too long': 0, differing: 0 };
    for (const [i, trial] of trials.entries()) {
      const found = verdict(python[i], ours(trial));
      counts[found]++;
      if (found === 'differing') problems.push(`pattern: ${JSON.stringify(trial)}`);
    }
    const told = Object.entries(counts).map(([word, count]) => `${count} ${word}`);
    notes.push(`${trials.length} generated patterns, compared with Python's (seed ${seed}): ${told.join(', ')}.`);
    return Promise.resolve();
  },

  async hostile() {
    const { rows: hosts, notes: told, problems: found } = await proveHostile();
    process.stdout.write(`\n${tableOf(hosts)}`);
    notes.push(...told);
    problems.push(...found);
  },

  async cluster() {
    const ground = await Ground.open([cluster]);
    try {
      const proof = await proveCluster(ground);
      for (const { name, fidelity, written } of proof.rows)
        rows.push(fidelityRow(`ha-cluster, ${name}`, fidelity, written));
      problems.push(...proof.problems);
      for (const [name, list] of proof.unknown) for (const text of list) say(`unknown, ${name}: ${text}`);
      if (proof.problems.length === 0)
        notes.push(
          'The cluster has the same trace at lookahead 0, 1, 3 and unbounded, on fresh hosts and on converged ones.',
        );
    } finally {
      await ground.reset();
      ground.close();
    }
  },

  async kubeadm() {
    const ground = await Ground.open([cluster]);
    try {
      const matrix = await proveKubeadm(
        ground,
        oneOrAll(playbook, subjectsOfKubeadm),
        step === undefined ? undefined : new RegExp(step),
      );
      killed.push(...matrix.rows);
      problems.push(...matrix.problems);
    } finally {
      ground.close();
    }
  },

  async faults() {
    const only = step === undefined ? undefined : new RegExp(step);
    for (const subject of oneOrAll(playbook, Object.keys(subjects))) {
      const inventory = subject === 'modules' ? FAULTY : cluster;
      const matrix = await proveFaults({ inventory, subject, faults: oneOrAll(fault, Object.keys(faults)), only });
      borne.push(...matrix.rows);
      problems.push(...matrix.problems);
    }
  },
};

function oneOrAll(names: string | undefined, all: readonly string[]): readonly string[] {
  const list = names?.split(',') ?? all;
  const strange = list.filter((name) => !all.includes(name));
  if (strange.length > 0) {
    say(`${strange.join(', ')}: there are ${all.join(', ')}`);
    process.exit(1);
  }
  return list;
}

const chosen = args.length === 0 ? Object.keys(parts).filter((name) => !['faults', 'kubeadm'].includes(name)) : args;
const strange = chosen.filter((name) => !Object.hasOwn(parts, name));
if (strange.length > 0) {
  say(`no such part: ${strange.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
  process.exit(1);
}
for (const name of chosen) await parts[name]!();
if (rows.length > 0) process.stdout.write(`\n${tableOf([fidelityHead, ...rows])}`);
if (killed.length > 0) process.stdout.write(`\n${tableOf([killedHead, ...killed])}`);
if (borne.length > 0) process.stdout.write(`\n${tableOf([matrixHead, ...borne])}`);
for (const note of notes) process.stdout.write(`\n${note}\n`);
process.stdout.write(
  `\nNot compared, because hosts write these paths on their own: ${byThemselves.map(String).join('  ')}\n`,
);
for (const problem of problems) process.stdout.write(`\nwrong: ${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
