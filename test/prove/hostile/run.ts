import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import ssh2 from 'ssh2';
import { behaviours, tookTooLong } from './behaviours.ts';

const GOOD = 20;
const mostSeconds = 180;
export const mostMebibytes = 300;
const root = join(import.meta.dirname, '../../..');
const node = [process.execPath, '--import', 'tsx'] as const;
/** What is built takes less memory than what is translated while it runs. */
const built = join(root, 'dist/tsplay.js');

const playbook = `- hosts: all
  gather_facts: false
  strategy: free
  tasks:
    - { name: say, command: 'echo {{ item }}', loop: [1, 2, 3, 4, 5], timeout: '{{ patience }}' }
    - name: print JSON
      shell: head -c {{ levels }} /dev/zero | tr '\\0' '['; head -c {{ levels }} /dev/zero | tr '\\0' ']'
      register: json
    - { name: read JSON, debug: { msg: '{{ fromJson json.stdout }}' } }
    - { name: print much, shell: 'yes | head -c {{ bytes }}', register: much, timeout: 60 }
`;

interface Servers {
  readonly ports: Readonly<Record<string, number>>;
  readonly hostKey: string;
  readonly process: ChildProcess;
}

async function startServers(...args: string[]): Promise<Servers> {
  const [program, ...options] = node;
  const child = spawn(program, [...options, join(import.meta.dirname, 'servers.ts'), ...args], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
  return { ...(JSON.parse(line) as Omit<Servers, 'process'>), process: child };
}

interface Outcome {
  /** When the last good host had done its last task, and when the run ended, in seconds. */
  readonly good: number;
  readonly all: number;
  readonly mebibytes: number;
  readonly hung: boolean;
  /** The results of each host: status and what is said of it. */
  readonly results: ReadonlyMap<
    string,
    readonly { readonly status: string; readonly task: string; readonly said: string }[]
  >;
}

/** One run of its own process, and how much memory that took at most. */
async function tsplay(folder: string, limit: string): Promise<Outcome> {
  const args = ['run', join(folder, 'site.yml'), '-i', join(folder, 'hosts.json'), '--output', 'jsonl', '-l', limit];
  const [program, ...options] = existsSync(built)
    ? [process.execPath, built]
    : [...node, join(root, 'engine/cli/main.ts')];
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  const child = spawn(program, [...options, ...args, '--forks', '100'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, HOME: folder, SSH_AUTH_SOCK: '' },
  });
  const results = new Map<string, { status: string; task: string; said: string }[]>();
  let good = 0;
  let mebibytes = 0;
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, mostSeconds * 1000);
  const meter = setInterval(() => {
    mebibytes = Math.max(mebibytes, peakOf(child.pid!));
  }, 100);
  const lines = createInterface(child.stdout).on('line', (line) => {
    const event = JSON.parse(line) as Record<string, string>;
    if (event['event'] !== 'result') return;
    const { host = '', status = '', task = '', message = '' } = event;
    results.set(host, [...(results.get(host) ?? []), { status, task, said: message }]);
    if (host.startsWith('good')) good = seconds();
  });
  await Promise.all([
    new Promise((done) => child.once('exit', done)),
    new Promise((done) => lines.once('close', done)),
  ]);
  clearTimeout(timer);
  clearInterval(meter);

  return { good, all: seconds(), mebibytes, hung, results };
}

function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0; // it has ended
  }
}

export interface Hostile {
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly problems: readonly string[];
}

/** Twenty good hosts alone, then beside every hostile one. */
export async function proveHostile(): Promise<Hostile> {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-hostile-'));
  const servers = [await startServers('good', String(GOOD)), await startServers('quiet'), await startServers('loud')];
  try {
    layOut(folder, servers);
    const alone = await tsplay(folder, 'good*');
    const together = await tsplay(folder, 'all');
    return judge(alone, together);
  } finally {
    for (const { process: server } of servers) server.stdin!.end();
    rmSync(folder, { recursive: true });
  }
}

function layOut(folder: string, servers: readonly Servers[]): void {
  const ports: Record<string, number> = Object.assign({}, ...servers.map((one) => one.ports));
  const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const hosts = Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [
      name,
      {
        ansible_port: port,
        ansible_timeout: name in behaviours ? 3 : 60,
        patience: name in behaviours ? 15 : 120,
        ...behaviours[name]?.variables,
      },
    ]),
  );
  const vars = {
    ansible_host: '127.0.0.1',
    ansible_user: 'me',
    ansible_host_key_checking: false,
    ansible_private_key_file: join(folder, 'key'),
    ansible_ssh_common_args: `-o UserKnownHostsFile=${join(folder, 'known_hosts')}`,
    levels: 3,
    bytes: 10,
  };
  writeFileSync(join(folder, 'key'), pair.private, { mode: 0o600 });
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${ports['changed-key']} ${servers[0]!.hostKey}\n`);
  writeFileSync(join(folder, 'site.yml'), playbook);
  writeFileSync(join(folder, 'hosts.json'), JSON.stringify({ all: { vars, hosts } }));
}

const isLost = ({ status }: { readonly status: string }): boolean => status === 'failed' || status === 'unreachable';

function judge(alone: Outcome, together: Outcome): Hostile {
  const problems: string[] = [];
  const rows: string[][] = [['host', 'ended as', 'said']];
  for (const [name, { says }] of Object.entries(behaviours)) {
    const results = together.results.get(name) ?? [];
    const last = results.find(isLost) ?? results.at(-1);
    rows.push([name, last?.status ?? 'no end', (last?.said ?? '').slice(0, 100)]);
    if (!last) problems.push(`${name}: the run says nothing of it`);
    else if (![says, ...(says.test('') ? [] : [tookTooLong])].some((sign) => sign.test(isLost(last) ? last.said : '')))
      problems.push(`${name}: ${last.status}: ${last.said}`);
  }
  const unfinished = Array.from({ length: GOOD }, (_, i) => `good${i + 1}`).filter((name) => {
    const results = together.results.get(name) ?? [];
    return results.some(isLost) || results.at(-1)?.task !== 'print much';
  });
  if (together.hung) problems.push(`the run did not end within ${mostSeconds} s`);
  for (const name of unfinished) problems.push(`${name} did not finish: ${together.results.get(name)?.at(-1)?.said}`);
  if (together.mebibytes > mostMebibytes) problems.push(`it took ${Math.round(together.mebibytes)} MiB of memory`);
  const notes = [
    `${GOOD} good hosts: ${GOOD - unfinished.length} finished; alone in ${alone.good.toFixed(1)} s, beside ${Object.keys(behaviours).length} hostile ones in ${together.good.toFixed(1)} s (${(together.good / alone.good).toFixed(2)}×).`,
    `The run ended after ${together.all.toFixed(1)} s. Memory: ${Math.round(alone.mebibytes)} MiB alone, ${Math.round(together.mebibytes)} MiB at most with all.`,
  ];
  return { rows, notes, problems };
}
