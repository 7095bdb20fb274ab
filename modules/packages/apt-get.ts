import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../engine/module/failure.ts';
import type { Writer } from '../../engine/module/module.ts';
import type { Output } from '../../engine/module/probe.ts';
import { quoteAll, sh } from '../../engine/module/quote.ts';
import { updateStamp } from './apt-plan.ts';

/** Nothing that apt starts may ask a question. */
export const environment = {
  DEBIAN_FRONTEND: 'noninteractive',
  APT_LISTCHANGES_FRONTEND: 'none',
  LC_ALL: 'C',
} as const;

const lockTaken = /Could not get lock|Unable to (?:acquire|lock)|database is locked|frontend lock was locked/;

export async function aptUpdate(host: Writer, lockTimeout: number): Promise<void> {
  const folder = updateStamp.slice(0, updateStamp.lastIndexOf('/'));
  // A stamp that is old, so that an update which fails leaves an index that is older than its sources.
  await host.shell(sh`mkdir -p -- ${folder} && { [ -e ${updateStamp} ] || touch -d @0 -- ${updateStamp}; }`);
  await aptGet(host, ['apt-get', '-q', '-o', 'APT::Update::Error-Mode=any', 'update'], lockTimeout);
  await host.shell(sh`touch -- ${updateStamp}`);
}

/**
 * Runs apt-get or apt-mark. apt waits for dpkg's lock itself (DPkg::Lock::Timeout), but for no other lock, and apt-mark
 * for none: those are retried until the same timeout. An interrupted dpkg is repaired first, once.
 */
export async function aptGet(host: Writer, argv: readonly string[], lockTimeout: number): Promise<Output> {
  const end = performance.now() + lockTimeout * 1000;
  for (let repaired = false; ; ) {
    const out = await host.run(argv, { environment });
    if (out.code === 0) return out;
    if (lockTaken.test(out.stderr) && performance.now() < end) await sleep(1000, undefined, { signal: host.signal });
    else if (isInterrupted(out.stderr) && !repaired) {
      repaired = true;
      await host.run(['dpkg', '--force-confdef', '--force-confold', '--configure', '-a'], { environment });
      await host.run(['apt-get', '-y', '-q', ...waiting(lockTimeout), '--no-remove', '--fix-broken', 'install'], {
        environment,
      });
    } else throw explain(out, lockTimeout, argv);
  }
}

export function waiting(lockTimeout: number): string[] {
  return ['-o', `DPkg::Lock::Timeout=${lockTimeout}`];
}

export function isInterrupted(aptSays: string): boolean {
  return /dpkg was interrupted|--fix-broken install|dpkg --configure -a/.test(aptSays);
}

/** The reason why apt failed, in its own words, with a hint. */
export function explain(out: Output, lockTimeout: number, argv: readonly string[]): TaskFailure {
  const said = out.stderr.split('\n').filter((line) => line.startsWith('E: '));
  const words =
    said.map((line) => line.slice(3)).join('; ') || out.stderr.trim().split('\n').at(-1) || `exit code ${out.code}`;
  const details = { command: quoteAll(argv), output: out };
  if (lockTaken.test(out.stderr)) {
    // While it waits apt names the holder on stdout, at the end no more.
    const holder = /held by process (\d+(?: \([^)]*\))?)/.exec(out.stderr + out.stdout)?.[1];
    const who = holder === undefined ? 'another process' : `process ${holder}`;
    return new TaskFailure(`${who} has held the apt and dpkg lock for ${lockTimeout} s`, {
      ...details,
      hint: 'let it finish and run again, or wait longer with lock_timeout; on a fresh machine it is often unattended-upgrades or cloud-init',
    });
  }
  const hint = providers(out) ?? hints.find(([pattern]) => pattern.test(out.stderr))?.[1];
  return new TaskFailure(`apt: ${words}`, { ...details, ...(hint !== undefined && { hint }) });
}

/** What apt offers where it will not choose itself. */
function providers({ stdout, stderr }: Output): string | undefined {
  const [, list] =
    /(?:virtual package provided by|following packages replace it):\n((?: +\S.*\n?)+)/.exec(`${stderr}\n${stdout}`) ??
    [];
  const names = list
    ?.trim()
    .split('\n')
    .map((line) => line.trim().split(' ')[0]!);
  return names && `no package has this name itself; name one of those that provide it: ${names.join(', ')}`;
}

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /Conflicting values set for option Signed-By/,
    'another file in /etc/apt/sources.list.d names the same repository with another key: remove one of them',
  ],
  [
    /Unable to locate package|has no installation candidate/,
    'check the spelling; if a repository is missing, add it first (apt_repository); if the index is old, set update_cache: true',
  ],
  [
    /Version '.*' for '.*' was not found/,
    '`apt-cache policy NAME` on the host lists the versions; if the index is old, set update_cache: true',
  ],
  [/Held packages were changed/, 'the package is on hold: set allow_change_held_packages: true to change it'],
  [/Packages were downgraded/, 'a newer version is installed: set allow_downgrade: true to downgrade'],
  [
    /Packages need to be removed but remove is disabled/,
    'other packages are in conflict with it: `apt-get -s install NAME` on the host lists them; remove them in a task of their own, or set fail_on_autoremove: false',
  ],
  [/Essential packages were removed/, 'the system would break: tsplay never removes essential packages'],
  [
    /NO_PUBKEY|not signed|signatures couldn't be verified|EXPKEYSIG/,
    "the repository's key is missing, wrong or expired: see signed_by, key and key_url of apt_repository; apt says the same when /tmp is full",
  ],
  [
    /Could not resolve|Temporary failure resolving|Failed to fetch|Could not connect/,
    'the host cannot reach the mirror: check its network, DNS and proxy',
  ],
  [
    /You don't have enough free space|No space left on device/,
    'the disk is full: `apt-get clean` frees downloaded packages',
  ],
  [/Permission denied|are you root/, 'this needs root: set become: true'],
];
