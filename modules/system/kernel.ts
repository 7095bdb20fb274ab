import { oneOf, readable, TaskFailure } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { withPackages } from '../packages/upcoming.ts';

/** Whether the kernel has a module: loaded, or built in (then it cannot be unloaded). */
export function kernelModule(name: string): Probe<'loaded' | 'built-in' | 'absent'> {
  const file = name.replaceAll('-', '_');
  return {
    key: `module:${file}`,
    // A built-in module has a folder under /sys/module only if it has parameters, and never an initstate.
    script: sh`if [ -e /sys/module/${file}/initstate ]; then echo loaded; elif [ -d /sys/module/${file} ] || tr - _ </lib/modules/"$(uname -r)"/modules.builtin 2>/dev/null | grep -q /${file}'\.ko'; then echo built-in; else echo absent; fi`,
    parse: (out) => oneOf(`kernel module ${name}`, out, ['loaded', 'built-in', 'absent']),
    describe: (state) => state,
  };
}

/** What `modprobe` would do to load this: nothing known of it, a command of the administrator's instead of loading, or `loads` with its real name. */
export function moduleSource(name: string): Probe<ModuleSource> {
  return {
    key: `module-source:${name}`,
    script: sh`if command -v modprobe >/dev/null; then modprobe -n -v -- ${name} 2>/dev/null; echo "exit $?"; modprobe -R -- ${name} 2>/dev/null; else echo "exit 0"; fi`,
    parse({ stdout }) {
      const [plan = '', names = ''] = stdout.split(/^exit /m);
      const [code, real = name] = names.trim().split('\n');
      if (code !== '0') return { kind: 'unknown' };
      const instead = /^install (.*)$/m.exec(plan)?.[1];
      return instead === undefined
        ? { kind: 'loads', as: real.replaceAll('-', '_') }
        : { kind: 'instead', command: instead.trim() };
    },
    appearsWith: withPackages<ModuleSource>({ absent: ({ kind }) => kind === 'unknown', appearing: () => undefined }),
  };
}

type ModuleSource =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'instead'; readonly command: string }
  | { readonly kind: 'loads'; readonly as: string };

/** The live value of a kernel setting, runs of white space made one blank; null where the kernel has no such setting. */
export function sysctlValue(key: string): Probe<string | null> {
  return {
    key: `sysctl:${sysctlName(key)}`,
    script: sh`file=${sysctlPath(key)}; if [ -e "$file" ]; then cat "$file"; else exit 3; fi`,
    parse(out) {
      if (out.code === 3) return null;
      if (out.code !== 0)
        throw new TaskFailure(`cannot read the kernel setting ${key}: ${out.stderr.trim()}`, {
          output: out,
          hint: 'some are write-only; others need root (become: true)',
        });
      return normalise(out.stdout);
    },
    describe: (value) => value ?? 'no such setting',
    appearsWith: { cause: 'kernel-module', absent: (value) => value === null },
  };
}

/** `net.ipv4.ip_forward` or `net/ipv4/conf/eth0.100/forwarding`: the separator that comes first counts. */
export function sysctlPath(key: string): string {
  const slashed = key.includes('/') && (!key.includes('.') || key.indexOf('/') < key.indexOf('.'));
  return `/proc/sys/${slashed ? key : key.replace(/[./]/g, (c) => (c === '.' ? '/' : '.'))}`;
}

/** One name for each setting, however it is spelled. */
export function sysctlName(key: string): string {
  return sysctlPath(key)
    .slice('/proc/sys/'.length)
    .replace(/[./]/g, (c) => (c === '.' ? '/' : '.'));
}

/** Whether the kernel lets this user write the setting: some are for reading only, and in a container most are. */
export function sysctlWritable(key: string): Probe<boolean> {
  return {
    key: `sysctl-writable:${sysctlName(key)}`,
    script: sh`[ ! -w ${sysctlPath(key)} ] || echo yes`,
    parse: (out) => out.stdout.trim() === 'yes',
  };
}

/** The kernel reads 0x10 and 010 as C does, and writes them in decimal. */
export function inDecimal(setting: string): string {
  const number = (word: string): string =>
    /^(?:0x[\da-f]+|0[0-7]+)$/i.test(word) ? String(BigInt(word.replace(/^0(?=\d)/, '0o'))) : word;
  return setting.split(' ').map(number).join(' ');
}

export function normalise(value: string): string {
  return value.trim().split(/\s+/).join(' ');
}

/** What is swapped to now. */
export function activeSwaps(): Probe<readonly string[]> {
  return {
    key: 'swaps:active',
    script: 'if [ -e /proc/swaps ]; then cat /proc/swaps; fi',
    parse: (out) =>
      readable('/proc/swaps', out)
        .stdout.split('\n')
        .slice(1)
        .map((line) => line.split(/\s+/)[0]!)
        .filter(Boolean),
  };
}

/** Systemd's units for swaps; swap.target is not among them. */
export function swapUnits(): Probe<readonly string[]> {
  return {
    key: 'swaps:units',
    script:
      'systemctl list-units --all --plain --no-legend --full --type=swap 2>/dev/null | awk \'$2 == "loaded" {print $1}\'',
    parse: (out) => out.stdout.split('\n').filter(Boolean).sort(),
  };
}

export function bootId(): Probe<string> {
  return {
    key: 'boot-id:',
    volatile: true, // another after every boot: what matters of a boot is what it has changed
    script: 'cat /proc/sys/kernel/random/boot_id',
    parse: (out) => readable('the boot id', out).stdout.trim(),
  };
}

/** The name that the kernel has now, and the one for the next boot (null where there is no /etc/hostname). */
export function hostNames(): Probe<{ readonly now: string; readonly boot: string | null }> {
  return {
    key: 'hostname:',
    script:
      'cat /proc/sys/kernel/hostname; if [ -e /etc/hostname ]; then sed -e "/^#/d" -e "/^[[:space:]]*$/d" /etc/hostname; fi',
    parse(out) {
      const [now = '', boot] = readable('the host name', out).stdout.trim().split('\n');
      return { now: now.trim(), boot: boot?.trim() ?? null };
    },
    describe: ({ now, boot }) => `${now}, at next boot ${boot ?? 'none'}`,
  };
}
