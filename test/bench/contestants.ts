import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Ground, work } from './ground.ts';
import type { Command } from './measure.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Prepare the hosts; report what preparing them would change; ping them. */
export type Task = 'prepare' | 'check' | 'ping';

export const names = ['floor, OpenSSH', 'floor, Node', 'tsplay', 'Mitogen', 'Ansible'] as const;
export type Name = (typeof names)[number];

export interface Contestant {
  readonly name: Name;
  /** Much slower than the others: gets fewer rounds and fewer hosts. */
  readonly slow: boolean;
  /** Undefined if it cannot do the task. */
  command(task: Task, ground: Ground): Command | undefined;
}

export interface Found {
  readonly present: readonly Contestant[];
  /** Debian's packages for the rest. */
  readonly missing: readonly string[];
  /** The versions of programs that affect the results. */
  readonly versions: readonly string[];
}

/** The contestants that are installed on this machine. */
export async function contestants(): Promise<Found> {
  const floor = await bundledFloor();
  const present: Contestant[] = [
    { name: 'floor, OpenSSH', slow: false, command: openssh },
    {
      name: 'floor, Node',
      slow: false,
      command: (task, ground) =>
        task === 'check'
          ? undefined
          : within(ground, [process.execPath, floor, join(ground.folder, 'ground.json'), task]),
    },
    { name: 'tsplay', slow: false, command: tsplay },
  ];
  const missing: string[] = [];
  const version = prints('ansible-playbook', ['--version']);
  if (version === undefined) missing.push('ansible-core');
  // Ansible's own Python: a different one earlier in PATH does not have its packages.
  const python = /^\s*python version = .*\((\/\S+)\)$/m.exec(version ?? '')?.[1] ?? 'python3';
  const mitogen = prints(python, ['-c', 'import ansible_mitogen; print(ansible_mitogen.__path__[0])']);
  if (!mitogen) missing.push('ansible-mitogen');
  const versions = [`Node ${process.versions.node}`];
  if (version === undefined) return { present, missing, versions };
  versions.push(
    `ansible-core ${/\[core (\S+)\]/.exec(version)?.[1]} (pipelining, ControlPersist, a fork for each host)`,
  );
  if (mitogen)
    versions.push(`Mitogen ${prints(python, ['-c', 'import mitogen; print(*mitogen.__version__, sep=".")'])}`);
  if (mitogen) present.push({ name: 'Mitogen', slow: true, command: ansible(join(mitogen, 'plugins/strategy')) });
  present.push({ name: 'Ansible', slow: true, command: ansible() });
  return { present, missing, versions };
}

function prints(file: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(file, args, { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

function within({ namespace }: Ground, argv: readonly string[]): Command {
  return { argv: namespace === undefined ? argv : ['nsenter', `--net=${namespace}`, ...argv] };
}

/** Bundled, so that it starts as fast as plain JavaScript. */
async function bundledFloor(): Promise<string> {
  const outfile = join(root, 'node_modules/.cache/tsplay-bench/floor.js');
  await build({
    entryPoints: [fileURLToPath(new URL('floor.ts', import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['ssh2'],
    logLevel: 'warning',
  });
  return outfile;
}

function openssh(task: Task, ground: Ground): Command | undefined {
  if (task === 'check') return undefined;
  return within(ground, [
    'xargs',
    '-a',
    join(ground.folder, 'names'),
    '-P',
    '50',
    '-n',
    '1',
    'sh',
    join(ground.folder, task),
  ]);
}

function tsplay(task: Task, ground: Ground): Command {
  const playbook = join(work, task === 'ping' ? 'ping.yml' : 'ha-prep.yml');
  const variables = task === 'ping' ? [] : ['-e', `@${join(work, 'vars.yml')}`];
  return within(ground, [
    process.execPath,
    join(root, 'dist/tsplay.js'),
    'run',
    playbook,
    '-i',
    ground.inventory,
    // As the others have it: a full machine answers slowly when many come at once.
    '--timeout',
    '60',
    ...variables,
    ...(task === 'check' ? ['--check'] : []),
  ]);
}

/** As one tunes it: pipelining, connections kept, a fork for each host, no facts. */
function ansible(plugins?: string) {
  return (task: Task, ground: Ground): Command => {
    const own = join(ground.folder, plugins === undefined ? 'ansible' : 'mitogen');
    mkdirSync(own, { recursive: true });
    const settings = [
      '[defaults]',
      'forks = 50',
      'timeout = 60',
      'host_key_checking = true',
      `local_tmp = ${own}/tmp`,
      ...(plugins === undefined ? [] : [`strategy_plugins = ${plugins}`, 'strategy = mitogen_linear']),
      '[ssh_connection]',
      'pipelining = true',
      'ssh_args = -o ControlMaster=auto -o ControlPersist=60s',
      `control_path_dir = ${own}/cp`,
    ];
    writeFileSync(join(own, 'ansible.cfg'), `${settings.join('\n')}\n`);
    const playbook = join(work, task === 'ping' ? 'ping.yml' : 'ha-prep.ansible.yml');
    const variables = task === 'ping' ? [] : ['-e', `@${join(work, 'vars.yml')}`];
    return {
      ...within(ground, [
        'ansible-playbook',
        playbook,
        '-i',
        ground.inventory,
        ...variables,
        ...(task === 'check' ? ['--check', '--diff'] : []),
      ]),
      env: { ANSIBLE_CONFIG: join(own, 'ansible.cfg'), ANSIBLE_NOCOLOR: '1', ANSIBLE_HOME: own },
    };
  };
}
