import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { labOptions } from '../../engine/cli/commands/lab.ts';
import { hostExec } from '../../engine/lab/control.ts';
import { upperDigest } from '../../engine/lab/digest.ts';
import { labUp } from '../../engine/lab/lab.ts';
import type { LabOptions } from '../../engine/lab/types.ts';
import type { Event, Recap, Result } from '../../engine/run/events/event.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ran {
  readonly exit: number;
  readonly results: readonly Result[];
  readonly recap: Recap | undefined;
  /** What went wrong, for the message of a failing test. */
  readonly trouble: string;
}

export interface Cluster {
  /** The inventory files for tsplay, with the hosts that were added. */
  readonly inventories: readonly string[];
  readonly options: LabOptions;
  run(...args: string[]): Promise<Ran>;
  /** Starts a run and does not wait for it. */
  start(...args: string[]): { readonly kill: () => void; readonly ended: Promise<Ran> };
  /** kubectl on a control plane, through the load balancer's address. */
  kubectl(from: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  nodes(from: string): Promise<readonly { name: string; ready: boolean; roles: readonly string[] }[]>;
  /** What was written on each host, by name. */
  written(): Promise<Written>;
  /** The same lab with one more host. */
  with(name: string, group: string, number: number): Promise<Cluster>;
  /** Kills the runs that are still going and removes what was written on this machine. */
  close(): Promise<void>;
}

/** The lab of inventory/lab.yml for tests, which use it through the built command, as a user does. */
export async function openCluster(
  inventories: readonly string[] = ['inventory/lab.yml'],
  added: readonly string[] = [],
): Promise<Cluster> {
  const options = { ...(await labOptions(inventories, new AbortController().signal)), log: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-cluster-'));
  const running = new Map<ChildProcess, Promise<Ran>>();
  const start = (...args: string[]): { kill: () => void; ended: Promise<Ran> } => {
    const file = join(folder, `${Math.random().toString(36).slice(2)}.jsonl`);
    const words = ['dist/tsplay.js', 'run', ...args, ...inventories.flatMap((i) => ['-i', i]), '--output-file', file];
    const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk));
    const ended = new Promise<Ran>((resolve) =>
      child.on('close', (code) => resolve(ranFrom(file, code ?? -1, Buffer.concat(printed).toString()))),
    );
    running.set(child, ended);
    return { kill: () => void child.kill('SIGKILL'), ended };
  };
  const kubectl: Cluster['kubectl'] = (from, ...args) =>
    hostExec(options, from, [
      'timeout',
      '20',
      'kubectl',
      '--kubeconfig',
      '/etc/kubernetes/admin.conf',
      '--server',
      'https://10.20.1.5:6443',
      ...args,
    ]);
  return {
    inventories,
    options,
    start,
    run: (...args) => start('playbooks/ha-cluster.yml', ...args).ended,
    kubectl,
    nodes: async (from) => {
      const { stdout, stderr } = await kubectl(from, 'get', 'nodes', '-o', 'json');
      if (stdout === '') throw new Error(`kubectl through the load balancer: ${stderr}`);
      return (JSON.parse(stdout) as { items: readonly KubernetesNode[] }).items.map(({ metadata, status }) => ({
        name: metadata.name,
        ready: status.conditions.some((c) => c.type === 'Ready' && c.status === 'True'),
        roles: Object.keys(metadata.labels).flatMap(
          (label) => /^node-role\.kubernetes\.io\/(.+)$/.exec(label)?.[1] ?? [],
        ),
      }));
    },
    written: async () =>
      new Map(
        await Promise.all(
          options.hosts.map(
            async ({ name }) => [name, await upperDigest(options, name, { ignore: byThemselves })] as const,
          ),
        ),
      ),
    with: async (name, group, number) => {
      const file = join(folder, `${name}.yml`);
      const host = `{ ansible_host: 127.20.1.${number}, node_ip: 10.20.1.${number} }`;
      writeFileSync(file, `${group}:\n  hosts:\n    ${name}: ${host}\n`);
      const more = await openCluster([...inventories, file], [...added, name]);
      await labUp(more.options);
      return more;
    },
    close: async () => {
      for (const child of running.keys()) child.kill('SIGKILL');
      await Promise.all(running.values());
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Written = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What was written between two digests of the hosts, as `HOST PATH` lines. */
export function writtenBetween(before: Written, after: Written, hosts: Iterable<string> = after.keys()): string[] {
  return [...hosts].flatMap((host) => {
    const [old, now] = [before.get(host) ?? new Map<string, string>(), after.get(host) ?? new Map<string, string>()];
    return [...new Set([...old.keys(), ...now.keys()])]
      .filter((path) => old.get(path) !== now.get(path))
      .map((path) => `${host} ${path}`);
  });
}

interface KubernetesNode {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

/** What a running host writes on its own: logins, systemd, and the logs and state of pods and the kubelet. */
export const byThemselves: readonly RegExp[] = [
  /^(\/var)?\/tmp\/systemd-private-/,
  /^\/var\/log\/(wtmp|btmp|lastlog|journal)(\/|$)/,
  /^\/var\/lib\/sudo(\/|$)/,
  /^\/home\/[^/]+\/\.sudo_as_admin_successful$/,
  /^\/var\/log\/(pods|containers)(\/|$)/,
  /^\/var\/lib\/(cni|kubelet|containerd|etcd)(\/|$)/,
  /^\/var\/lib\/systemd\/(timers|timesync|random-seed|catalog)/,
  /^\/var\/lib\/apt\/(daily_lock|periodic)/,
];

function ranFrom(file: string, exit: number, printed: string): Ran {
  const events = readFileSync(file, { encoding: 'utf8', flag: 'a+' })
    .split('\n')
    .slice(0, -1) // after the last newline is nothing, or the partial line of a killed run
    .map((line) => JSON.parse(line) as Event);
  const results = events.filter((event) => event.event === 'result');
  const failed = results
    .filter((r) => r.status === 'failed' || r.status === 'unreachable')
    .map((r) => `${r.host}: ${r.task}: ${r.message} ${r.failure?.stderr ?? ''}`);
  return {
    exit,
    results,
    recap: events.find((event) => event.event === 'recap'),
    trouble: failed.join('\n') || printed.slice(-2000),
  };
}
