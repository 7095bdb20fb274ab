import { hostname } from '../../modules/system/hostname.ts';
import { modprobe } from '../../modules/system/modprobe.ts';
import { swap } from '../../modules/system/swap.ts';
import { sysctl } from '../../modules/system/sysctl.ts';
import { noUnit } from '../../modules/system/unit-state.ts';
import type { ModuleCase } from './case.ts';
import { hostWith } from './paths.ts';

const module = { name: 'br_netfilter', params: '', state: 'present', persistent: 'present' };
const loads = '/etc/modules-load.d/br_netfilter.conf';
const dashed = { '/etc/modules-load.d/br-netfilter.conf': null };
const known = (as: string): object => ({ kind: 'loads', as });
const conf = '/etc/sysctl.d/99-x.conf';
const settings = { state: 'present', sysctl_set: true, reload: true, sysctl_file: conf };
const target = { ...noUnit, exists: true, enabled: 'always', running: true };
const noSwap = {
  'swaps:active': [],
  'swaps:units': [],
  'unit:swap.target': { ...target, masked: true, enabled: 'no' },
};

export const cases: readonly ModuleCase[] = [
  {
    title: 'modprobe loads now and at boot',
    module: modprobe,
    args: module,
    given: hostWith(
      { [loads]: null, ...dashed },
      { 'module:br_netfilter': 'absent', 'module-source:br_netfilter': known('br_netfilter') },
    ),
    differences: [
      { what: 'module br_netfilter', from: null, to: 'loaded' },
      { what: loads, from: null, to: 'br_netfilter\n' },
    ],
    commands: [`write ${loads}`, 'modprobe -- br_netfilter'],
  },
  {
    title: 'modprobe counts a built-in module as loaded',
    module: modprobe,
    args: module,
    given: hostWith({ [loads]: '# x\nbr_netfilter\n', ...dashed }, { 'module:br_netfilter': 'built-in' }),
  },
  {
    title: 'modprobe keeps parameters, and replaces older ones',
    module: modprobe,
    args: { ...module, name: 'dummy', params: 'numdummies=2' },
    given: hostWith(
      { '/etc/modules-load.d/dummy.conf': 'dummy\n', '/etc/modprobe.d/dummy.conf': 'options dummy numdummies=1\n' },
      { 'module:dummy': 'loaded' },
    ),
    differences: [
      { what: '/etc/modprobe.d/dummy.conf', from: 'options dummy numdummies=1\n', to: 'options dummy numdummies=2\n' },
    ],
  },
  {
    title: 'modprobe unloads',
    module: modprobe,
    args: { ...module, name: 'floppy', state: 'absent', persistent: 'absent' },
    given: hostWith(
      { '/etc/modules-load.d/floppy.conf': 'floppy\n' },
      { 'module:floppy': 'loaded', 'module-source:floppy': known('floppy') },
    ),
    differences: ['module floppy', '/etc/modules-load.d/floppy.conf'],
    commands: ['rm -f -- /etc/modules-load.d/floppy.conf', 'modprobe -r -- floppy'],
  },
  {
    title: 'modprobe cannot unload what is built in',
    module: modprobe,
    args: { ...module, name: 'ext4', state: 'absent', persistent: 'disabled' },
    given: { reads: { 'module:ext4': 'built-in', 'module-source:ext4': known('ext4') } },
    fails: 'built into the kernel',
  },
  {
    title: 'modprobe foresees that the kernel has no such module',
    module: modprobe,
    args: { ...module, name: 'nosuch', persistent: 'disabled' },
    given: { reads: { 'module:nosuch': 'absent', 'module-source:nosuch': { kind: 'unknown' } } },
    fails: "the host's kernel has no module nosuch",
  },
  {
    title: 'modprobe foresees that the host does not load the module',
    module: modprobe,
    args: { ...module, name: 'floppy', persistent: 'disabled' },
    given: { reads: { 'module:floppy': 'absent', 'module-source:floppy': { kind: 'instead', command: '/bin/true' } } },
    fails: "it has 'install /bin/true'",
  },
  {
    title: 'modprobe knows a module by an alias',
    module: modprobe,
    args: { ...module, name: 'fs-xfs', persistent: 'disabled' },
    given: { reads: { 'module:fs_xfs': 'absent', 'module-source:fs-xfs': known('xfs'), 'module:xfs': 'loaded' } },
  },
  {
    title: 'modprobe unloads by an alias',
    module: modprobe,
    args: { ...module, name: 'fs-xfs', state: 'absent', persistent: 'disabled' },
    given: { reads: { 'module:fs_xfs': 'absent', 'module-source:fs-xfs': known('xfs'), 'module:xfs': 'loaded' } },
    differences: ['module fs-xfs'],
    commands: ['modprobe -r -- fs-xfs'],
  },
  {
    title: 'modprobe finds the module under its other spelling',
    module: modprobe,
    args: { ...module, name: 'br-netfilter' },
    given: hostWith({ [loads]: 'br_netfilter\n', ...dashed }, { 'module:br_netfilter': 'loaded' }),
  },
  {
    title: 'modprobe takes the module away under both spellings',
    module: modprobe,
    args: { ...module, name: 'br-netfilter', state: 'absent', persistent: 'absent' },
    given: hostWith(
      { [loads]: '# x\nbr-netfilter\n', '/etc/modules-load.d/br-netfilter.conf': 'br_netfilter\n' },
      { 'module:br_netfilter': 'absent', 'module-source:br-netfilter': known('br_netfilter') },
    ),
    differences: ['/etc/modules-load.d/br-netfilter.conf', loads],
  },
  {
    title: 'sysctl knows a setting by either spelling, and a number however it is written',
    module: sysctl,
    args: { ...settings, values: { 'net/ipv4/conf/eth0.100/mtu': '0x5dc' } },
    given: hostWith(
      { [conf]: 'net.ipv4.conf.eth0/100.mtu = 0x5dc\n' },
      { 'sysctl:net.ipv4.conf.eth0/100.mtu': '1500' },
    ),
  },
  {
    title: 'sysctl foresees that a setting cannot be written',
    module: sysctl,
    args: { ...settings, name: 'kernel.ostype', value: 'x' },
    given: hostWith({ [conf]: null }, { 'sysctl:kernel.ostype': 'Linux', 'sysctl-writable:kernel.ostype': false }),
    fails: 'the kernel setting kernel.ostype cannot be written',
  },
  {
    title: 'sysctl sets live values before the file, and keeps other lines',
    module: sysctl,
    args: {
      ...settings,
      values: { 'net.ipv4.ip_forward': 1, 'net.ipv4.ip_local_port_range': '32000   60999', 'kernel.panic': 10 },
    },
    given: hostWith(
      { [conf]: '# mine\nnet/ipv4/ip_forward=0\nvm.swappiness = 1\nkernel.panic=10\n' },
      {
        'sysctl:net.ipv4.ip_forward': '0',
        'sysctl:net.ipv4.ip_local_port_range': '32000 60999',
        'sysctl:kernel.panic': '10',
        'sysctl-writable:net.ipv4.ip_forward': true,
      },
    ),
    differences: [conf, { what: 'net.ipv4.ip_forward', from: '0', to: '1' }],
    commands: [
      "printf '%s\n' 1 >/proc/sys/net/ipv4/ip_forward || { echo 'cannot set net.ipv4.ip_forward' >&2; exit 1; }",
      `write ${conf}`,
    ],
    written: {
      [conf]:
        '# mine\nnet.ipv4.ip_forward = 1\nvm.swappiness = 1\nkernel.panic=10\nnet.ipv4.ip_local_port_range = 32000 60999\n',
    },
  },
  {
    title: 'sysctl takes a line away',
    module: sysctl,
    args: { ...settings, name: 'a.b', state: 'absent' },
    given: hostWith({ [conf]: 'a.b = 1\nc.d = 2\n' }),
    differences: [conf],
    written: { [conf]: 'c.d = 2\n' },
  },
  {
    title: 'sysctl has nothing to take away',
    module: sysctl,
    args: { ...settings, name: 'a.b', state: 'absent' },
    given: hostWith({ [conf]: null }),
  },
  {
    title: 'sysctl names a setting that the kernel does not have',
    module: sysctl,
    args: { ...settings, name: 'a.b', value: 1 },
    given: hostWith({ [conf]: null }, { 'sysctl:a.b': null }),
    fails: 'the kernel has no setting a.b',
  },
  {
    title: 'sysctl leaves live values alone',
    module: sysctl,
    args: { ...settings, sysctl_set: false, name: 'a.b', value: 1 },
    given: hostWith({ [conf]: 'a.b = 1\n' }),
  },
  {
    title: 'swap goes off for good',
    module: swap,
    args: { state: 'absent' },
    given: hostWith(
      { '/etc/fstab': '# UUID=1 none swap\n/dev/sda1 / ext4 defaults 0 1\nUUID=2 none swap sw 0 0\n' },
      { 'swaps:active': ['/dev/sda2'], 'swaps:units': ['dev-sda2.swap'], 'unit:swap.target': target },
    ),
    differences: ['/etc/fstab', { what: 'swap', from: '/dev/sda2', to: null }, 'dev-sda2.swap', 'swap.target'],
    commands: ['write /etc/fstab', 'swapoff -a', 'systemctl mask dev-sda2.swap swap.target', 'systemctl daemon-reload'],
    written: {
      '/etc/fstab':
        '# UUID=1 none swap\n/dev/sda1 / ext4 defaults 0 1\n# switched off by tsplay: UUID=2 none swap sw 0 0\n',
    },
  },
  { title: 'swap is off', module: swap, args: { state: 'absent' }, given: hostWith({ '/etc/fstab': null }, noSwap) },
  {
    title: 'hostname changes now and for the next boot',
    module: hostname,
    args: { name: 'web1.example.com' },
    given: hostWith({ '/etc/hostname': 'old\n' }, { 'hostname:': { now: 'old', boot: 'old' } }),
    differences: ['name', '/etc/hostname'],
    commands: [
      'write /etc/hostname',
      "hostname -- web1.example.com 2>/dev/null || printf '%s\n' web1.example.com >/proc/sys/kernel/hostname",
    ],
  },
  {
    title: 'hostname is right',
    module: hostname,
    args: { name: 'web1' },
    given: hostWith({ '/etc/hostname': 'web1\n' }, { 'hostname:': { now: 'web1', boot: 'web1' } }),
  },
];
