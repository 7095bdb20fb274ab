import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostKill, hostStart, hostStop } from '../../../engine/lab/control.ts';
import { inside } from '../../../engine/lab/host.ts';
import { hostGroup } from '../../../engine/lab/names.ts';
import { leaderOf } from '../../../engine/lab/nspawn.ts';
import { hostPaths } from '../../../engine/lab/paths.ts';
import { readHost } from '../../../engine/lab/record.ts';
import type { Ground } from '../ground.ts';
import type { Moment } from './messages.ts';

/** Something that happens to a host, or to the controller, in the midst of a run. */
export interface Fault {
  readonly about: string;
  /** When it happens to a step that changes something. To other steps it happens at their start. */
  readonly moments: readonly Moment[];
  /** The controller is killed: nothing happens to the host. */
  readonly kills?: true;
  /** The controller's clock is set as well. */
  readonly clock?: true;
  /** The host stops at once: nothing can be tidied there. */
  readonly stops?: true;
  /** A run must bear it. */
  readonly harmless?: true;
  /** What a message about it must say. */
  readonly says?: RegExp;
  /** Before the change: what makes it begin at once later. */
  arm?(ground: Ground, host: string): Promise<void>;
  begin(ground: Ground, host: string): Promise<void>;
  /** Ends it, and leaves the host as if it had never been. Also called if it has ended on its own. */
  end(ground: Ground, host: string): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();
const lost = /was lost|refuses the connection|hangs up|does not answer|closed|cannot be reached|no answer|going down/;

export const faults: Readonly<Record<string, Fault>> = {
  kill: {
    about: 'controller killed, before and after',
    moments: ['before', 'after'],
    kills: true,
    begin: nothing,
    end: nothing,
  },
  'kill-during': { about: 'controller killed, during', moments: ['during'], kills: true, begin: nothing, end: nothing },
  cut: {
    about: 'connection cut',
    moments: ['during'],
    says: lost,
    arm: armCut,
    begin: cut,
    end: nothing,
  },
  sshd: {
    about: 'sshd restarted',
    moments: ['during'],
    harmless: true,
    begin: async (ground, host) => void (await onceUp(ground, host, 'systemctl restart ssh')),
    end: nothing,
  },
  reboot: {
    about: 'host rebooted',
    stops: true,
    moments: ['during'],
    says: new RegExp(`${lost.source}|reboot|shutting down|made there meanwhile`),
    async begin({ options }, host) {
      await hostStop(options, host);
      await hostStart(options, host);
    },
    end: nothing,
  },
  power: {
    about: 'host powered off',
    stops: true,
    moments: ['during'],
    says: lost,
    begin: ({ options }, host) => hostKill(options, host),
    end: ({ options }, host) => hostStart(options, host),
  },
  disk: {
    about: 'disk full',
    moments: ['start'],
    says: /No space left on device|not enough free space|disk is full|is the disk full/i,
    begin: async (ground, host) =>
      // Whole blocks first, then what is left of the last one.
      void (await onceUp(
        ground,
        host,
        'cd /var/tmp; dd if=/dev/zero of=faults.full bs=1M 2>/dev/null || :; for i in 1 2 3; do echo x >> faults.more || break; done 2>/dev/null; df / | tail -1',
      )),
    end: emptyDisk,
  },
  tmp: {
    about: '/tmp full',
    moments: ['start'],
    says: /No space left on device|not enough free space|\/tmp/,
    begin: async (ground, host) =>
      void (await onceUp(
        ground,
        host,
        'mount -t tmpfs -o size=16k,mode=1777 faults /tmp; dd if=/dev/zero of=/tmp/full bs=4k 2>/dev/null || :',
      )),
    end: async (ground, host) =>
      void (await onceUp(ground, host, 'while grep -q "^faults /tmp " /proc/mounts; do umount -l /tmp; done')),
  },
  dpkg: {
    about: 'dpkg locked',
    moments: ['start'],
    says: /lock/,
    begin: lock,
    end: unlock,
  },
  clock: {
    about: 'clocks set a year ahead',
    moments: ['start'],
    harmless: true,
    clock: true,
    // The hosts of a lab share the machine's clock: this is what they read it with.
    begin: async (ground, host) =>
      void (await onceUp(
        ground,
        host,
        `cd /run; cp /bin/date right-date; printf '#!/bin/sh\nexec /run/right-date -d "+365 days" "$@"\n' > date; chmod 755 date; mount --bind date /bin/date`,
      )),
    end: async (ground, host) =>
      void (await onceUp(
        ground,
        host,
        'while grep -q " /usr/bin/date " /proc/mounts; do umount /usr/bin/date; done; rm -f /run/date /run/right-date',
      )),
  },
  slow: {
    about: 'host slowed to a tenth',
    moments: ['start'],
    harmless: true,
    begin: (_, host) => cpuOf(host, 0.1),
    end: (_, host) => cpuOf(host, undefined),
  },
};

/** A host whose disk is full may not come up again after a reboot: what fills it is then taken from the disk itself. */
async function emptyDisk(ground: Ground, host: string): Promise<void> {
  const names = ['faults.full', 'faults.more'];
  if (await leaderOf((await readHost(ground.options, host))?.supervisor))
    await onceUp(ground, host, `cd /var/tmp && rm -f ${names.join(' ')}`);
  else
    for (const name of names) await rm(join(hostPaths(ground.options, host).upper, 'var/tmp', name), { force: true });
}

/** Runs a script on a host, which may be rebooting just now because the step is about that. */
async function onceUp(ground: Ground, host: string, script: string): Promise<string> {
  for (let tries = 1; ; tries++)
    try {
      return await ground.exec(host, script);
    } catch (error) {
      if (tries === 40) throw error;
      await sleep(500);
    }
}

const LOGINS = '^sshd: (debian|operator|root)';
const cutters = new Map<string, ChildProcess>();

/** A shell on the host that knows whom to kill, and waits: looking for them takes longer than most commands. */
async function armCut({ options }: Ground, host: string): Promise<void> {
  cutters.get(host)?.kill('SIGKILL');
  const script = `logins=$(pgrep -f '${LOGINS}'); echo armed; read -r now && kill -KILL $logins; echo cut`;
  const [command, ...args] = await inside(await readHost(options, host), ['sh', '-c', script]);
  const cutter = spawn(command!, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  cutters.set(host, cutter);
  await Promise.race([once(cutter.stdout, 'data'), once(cutter, 'exit')]);
}

async function cut(ground: Ground, host: string): Promise<void> {
  const armed = cutters.get(host);
  cutters.delete(host);
  if (armed) {
    const done = once(armed, 'exit');
    armed.stdin!.end('now\n');
    await done;
  }
  await onceUp(ground, host, `pkill -KILL -f '${LOGINS}' || :`);
}

const holders = new Map<string, ChildProcess>();

/** dpkg and apt take locks by fcntl, which no command of coreutils does. */
const HOLD = `use Fcntl; for my $f ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock") {
  open(my $h, ">>", $f) or die; push @h, $h;
  my $whole = pack("s! s! x4 q q i x4", F_WRLCK, 0, 0, 0, 0);
  fcntl($h, F_SETLK, $whole) or die "$f: $!"; }
$| = 1; print "held\\n"; sleep 600;`;

async function lock({ options }: Ground, host: string): Promise<void> {
  const [command, ...args] = await inside(await readHost(options, host), ['perl', '-e', HOLD, 'faults-lock']);
  const holder = spawn(command!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.set(host, holder);
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
  if (holder.exitCode !== null) throw new Error(`${host}: dpkg cannot be locked`);
}

async function unlock(ground: Ground, host: string): Promise<void> {
  await onceUp(ground, host, "pkill -KILL -f '[f]aults-lock' || :");
  const holder = holders.get(host);
  holders.delete(host);
  if (holder && holder.exitCode === null && holder.signalCode === null) await once(holder, 'exit');
}

/** Limits all processes of a host to a share of one CPU. */
function cpuOf(host: string, share: number | undefined): Promise<void> {
  const period = 100_000;
  const [old, now] = [`/sys/fs/cgroup/cpu/tsplay/${hostGroup(host)}`, `/sys/fs/cgroup/tsplay/${hostGroup(host)}`];
  const quota = share === undefined ? undefined : share * period;
  if (existsSync(old)) writeFileSync(`${old}/cpu.cfs_quota_us`, String(quota ?? -1));
  else writeFileSync(`${now}/cpu.max`, `${quota ?? 'max'} ${period}`);
  return Promise.resolve();
}
