import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadInventory } from '../../engine/inventory/load.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { type Ground, say } from './ground.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What kubeadm does on one host, and how the host gets back to before it. */
interface Subject {
  readonly name: 'init' | 'control-plane' | 'worker';
  readonly host: string;
}

export const subjectsOfKubeadm: readonly Subject['name'][] = ['init', 'control-plane', 'worker'];

export const killedHead: readonly string[] = ['kubeadm', 'killed at', 'the next run', 'then'];

/**
 * Kills kubeadm and the controller where kubeadm prints the first line of each of its phases, and runs the playbook
 * again: it must come to its end, and a further run must find nothing to do.
 */
export async function proveKubeadm(
  ground: Ground,
  names: readonly string[],
  only: RegExp | undefined,
): Promise<{ readonly rows: readonly (readonly string[])[]; readonly problems: readonly string[] }> {
  const inventory = await loadInventory(ground.inventories, new Diagnostics());
  const [first, second] = inventory.groups.get('control_plane')?.hosts ?? [];
  const [worker] = inventory.groups.get('worker')?.hosts ?? [];
  if (first === undefined || second === undefined || worker === undefined)
    throw new Error('the inventory needs two control planes and a worker');
  const subjects: readonly Subject[] = [
    { name: 'init', host: first },
    { name: 'control-plane', host: second },
    { name: 'worker', host: worker },
  ];
  const rows: (readonly string[])[] = [];
  const problems: string[] = [];
  await expectEnd(playbook(ground, ['--tags', 'preflight,loadbalancer,common']));
  await expectEnd(absent(ground, 'control_plane,worker', true));
  if (!names.includes('init')) await expectEnd(playbook(ground, onlyOn(first)));
  for (const subject of subjects.filter(({ name }) => names.includes(name))) {
    const { name, host } = subject;
    await setUp(ground, host);
    const phases = await printed(ground, subject);
    for (const phase of phases.filter((one) => only === undefined || only.test(`${name} ${one}`))) {
      await bare(ground, subject);
      await killAt(ground, host, phase);
      const again = await run(ground, subject);
      const idle = again.exit === 0 ? await run(ground, subject) : undefined;
      const settled = idle !== undefined && idle.exit === 0 && /changed=0/.test(recapOf(idle.printed, host));
      say(`${name}, killed at ${phase}: ${again.exit === 0 ? 'ended well' : `exit code ${again.exit}`}`);
      rows.push([name, phase, again.exit === 0 ? 'ended well' : 'failed', settled ? 'nothing to do' : 'changes']);
      if (!settled) problems.push(`${name}, killed at ${phase}: ${(idle ?? again).printed.slice(-2500)}`);
    }
    await ground.exec(host, `rm -f ${WRAPPER}`);
    const end = await run(ground, subject);
    if (end.exit !== 0) problems.push(`${name}, at the end: ${end.printed.slice(-2500)}`);
  }
  return { rows, problems };
}

const WRAPPER = '/usr/local/bin/kubeadm';

/** Before the real one in PATH: writes down what it prints, and kills it at the line that is asked for. */
const wrapper = `#!/bin/sh
case "$1 $2" in *' phase') exec /usr/bin/kubeadm "$@" ;; init*|join*) ;; *) exec /usr/bin/kubeadm "$@" ;; esac
exec 3<&0
rm -f /run/prove-out /run/prove-said
mkfifo /run/prove-out
/usr/bin/kubeadm "$@" >/run/prove-out <&3 &
pid=$!
at=$(cat /run/prove-at 2>/dev/null)
while IFS= read -r line; do
  printf '%s\\n' "$line"
  printf '%s\\n' "$line" >>/run/prove-said
  case $line in "[$at]"*)
    kill -9 "$pid"
    rm -f /run/prove-at
    echo "$$" >/run/prove-killed
    exec sleep 600
  esac
done </run/prove-out
wait "$pid"
`;

async function setUp(ground: Ground, host: string): Promise<void> {
  await ground.exec(
    host,
    `cat >${WRAPPER} <<'END'\n${wrapper}END\nchmod 0755 ${WRAPPER}; rm -f /run/prove-at /run/prove-killed`,
  );
}

/** The phases of an undisturbed run, in the order in which they begin. */
async function printed(ground: Ground, subject: Subject): Promise<readonly string[]> {
  await bare(ground, subject);
  const { exit, printed: text } = await run(ground, subject);
  if (exit !== 0) throw new Error(`${subject.name}: the undisturbed run fails: ${text.slice(-2500)}`);
  const said = await ground.exec(subject.host, 'cat /run/prove-said');
  return [...new Set([...said.matchAll(/^\[([\w-]+)\]/gm)].map(([, phase]) => phase!))];
}

async function killAt(ground: Ground, host: string, phase: string): Promise<void> {
  await ground.exec(host, `rm -f /run/prove-killed; printf %s '${phase}' >/run/prove-at`);
  const { child, ended } = playbook(ground, onlyOn(host));
  const over = ended.then(({ printed: text }) => {
    throw new Error(`kubeadm did not come to ${phase}: ${text.slice(-2500)}`);
  });
  const killed = async (): Promise<void> => {
    while ((await ground.exec(host, 'cat /run/prove-killed 2>/dev/null || :')) === '') await sleep(200);
  };
  await Promise.race([killed(), over]);
  over.catch(() => {}); // it is killed now
  child.kill('SIGKILL');
  await ended;
  await ground.exec(host, 'kill -9 "$(cat /run/prove-killed)" || :');
}

/** Takes the host out of the cluster; where it is the only one, the cluster ends. */
async function bare(ground: Ground, { name, host }: Subject): Promise<void> {
  await expectEnd(absent(ground, host, name === 'init'));
}

function absent(ground: Ground, hosts: string, whole: boolean): Started {
  const file = join(import.meta.dirname, 'playbooks/kubeadm-absent.yml');
  return start(ground, [file, '-e', JSON.stringify({ prove_hosts: hosts, prove_whole: whole })]);
}

async function expectEnd({ ended }: Started): Promise<void> {
  const { exit, printed: text } = await ended;
  if (exit !== 0) throw new Error(text.slice(-2500));
}

const onlyOn = (host: string): string[] => ['--tags', 'control-plane,worker', '--limit', host];

const run = (ground: Ground, { host }: Subject): Promise<Ended> => playbook(ground, onlyOn(host)).ended;

interface Ended {
  readonly exit: number;
  readonly printed: string;
}

const playbook = (ground: Ground, words: readonly string[]) =>
  start(ground, [join(ROOT, 'playbooks/ha-cluster.yml'), ...words]);

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

function start(ground: Ground, words: readonly string[]): Started {
  const argv = ['--import=tsx', join(ROOT, 'engine/cli/main.ts'), 'run', ...words];
  const more = [
    ...ground.inventories.flatMap((file) => ['-i', file]),
    '-e',
    `admin_conf_local=${ground.here}/admin.conf`,
  ];
  const child = spawn(process.execPath, [...argv, ...more], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const text: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => text.push(chunk));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ exit: code ?? -1, printed: Buffer.concat(text).toString() })),
  );
  return { child, ended };
}

const recapOf = (text: string, host: string): string =>
  text.split('\n').find((line) => line.startsWith(`${host} `) && line.includes('changed=')) ?? '';
