import { apt } from '../../modules/packages/apt.ts';
import { noPackage } from '../../modules/packages/dpkg.ts';
import type { ModuleCase } from './case.ts';

const base = {
  state: 'present',
  purge: false,
  autoremove: false,
  update_cache: false,
  cache_valid_time: 3600,
  allow_downgrade: false,
  allow_change_held_packages: false,
  fail_on_autoremove: true,
  dpkg_options: 'force-confdef,force-confold',
  lock_timeout: 120,
};
const has = (version: string, more: object = {}): object => ({ version, broken: false, held: false, ...more });
const plan = (installs: Record<string, string>, removes: string[] = []): object => ({
  installs,
  removes,
  selected: {},
  error: null,
});
const cannot = (error: string): object => ({ installs: {}, removes: [], selected: {}, error });
const nobody = (names: string): object => ({ [`package-providers:${names}`]: new Map() });
const get =
  'apt-get -y -q -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold';
const update = [
  'mkdir -p -- /var/lib/apt/periodic && { [ -e /var/lib/apt/periodic/update-success-stamp ] || touch -d @0 -- /var/lib/apt/periodic/update-success-stamp; }',
  'apt-get -q -o APT::Update::Error-Mode=any update',
  'touch -- /var/lib/apt/periodic/update-success-stamp',
];

export const cases: readonly ModuleCase[] = [
  {
    title: 'leaves a host alone that has its packages, however old its index is',
    module: apt,
    args: { ...base, name: ['curl', 'kubelet=1.36.*'], update_cache: true, hold: true },
    given: {
      reads: {
        'package:curl': has('8', { held: true }),
        'package:kubelet': has('1.36.4-1.1', { held: true }),
        'apt-index:3600': 'too old',
      },
    },
    result: { cache_updated: false },
  },
  {
    title: 'installs in one go what is missing, and predicts dependencies',
    module: apt,
    args: { ...base, name: 'curl, jq,bash' },
    given: {
      reads: {
        'package:curl': noPackage,
        'package:jq': noPackage,
        'package:bash': has('5.2'),
        'package:libjq1': noPackage,
        'apt-plan:install curl jq': plan({ curl: '7.88', jq: '1.6', libjq1: '1.6' }),
      },
    },
    differences: [
      { what: 'package curl', from: null, to: '7.88' },
      { what: 'package jq', from: null, to: '1.6' },
    ],
    commands: [`${get} --no-remove install curl jq`],
  },
  {
    title: 'cannot tell versions before an index that is missing has come',
    module: apt,
    args: { ...base, pkg: 'curl', update_cache: true },
    given: { reads: { 'package:curl': noPackage, 'apt-index:3600': 'missing' } },
    differences: [
      { what: 'package index', from: 'missing', to: 'fresh' },
      { what: 'package curl', from: null, to: 'installed' },
    ],
    commands: [...update, `${get} --no-remove install curl`],
    result: { cache_updated: true },
    converges: 'unknown',
  },
  {
    title: 'refreshes the index where no package is named',
    module: apt,
    args: { ...base, update_cache: true },
    given: { reads: { 'apt-index:3600': 'too old' } },
    differences: [{ what: 'package index', from: 'too old', to: 'fresh', recurs: true, volatile: true }],
    commands: update,
  },
  {
    title: 'brings a version that a pattern asks for, with its options, and holds it',
    module: apt,
    args: {
      ...base,
      name: 'kubelet=1.36.*',
      hold: true,
      allow_change_held_packages: true,
      install_recommends: false,
      default_release: 'stable',
    },
    given: {
      reads: {
        'package:kubelet': has('1.35.9-1.1', { held: true }),
        'apt-plan:install -t stable -o APT::Install-Recommends=no --allow-change-held-packages kubelet=1.36.*': plan({
          kubelet: '1.36.4-1.1',
        }),
      },
    },
    differences: [{ what: 'package kubelet', from: '1.35.9-1.1', to: '1.36.4-1.1' }],
    commands: [
      `${get} --no-remove install -t stable -o APT::Install-Recommends=no --allow-change-held-packages 'kubelet=1.36.*'`,
      'apt-mark hold kubelet',
    ],
  },
  {
    title: 'refuses to change a package whose hold apt may not know of yet',
    module: apt,
    args: { ...base, name: 'kubelet=1.36.*' },
    given: { reads: { 'package:kubelet': has('1.35.9-1.1', { held: true }) } },
    fails: 'on hold: kubelet (1.35.9-1.1)',
  },
  {
    title: 'refuses to remove a package that is held',
    module: apt,
    args: { ...base, name: ['kubelet', 'curl'], state: 'absent' },
    given: {
      reads: { 'package:kubelet': has('1', { held: true }), 'package:curl': has('8'), ...nobody('kubelet curl') },
    },
    fails: 'on hold: kubelet (1)',
  },
  {
    title: 'only lets go of a package that is held',
    module: apt,
    args: { ...base, name: 'kubelet', hold: false },
    given: { reads: { 'package:kubelet': has('1.36.4-1.1', { held: true }) } },
    differences: [{ what: 'hold of kubelet', from: 'held', to: 'not held' }],
    commands: ['apt-mark unhold kubelet'],
  },
  {
    title: 'upgrades to the latest',
    module: apt,
    args: { ...base, name: ['curl', 'jq'], state: 'latest' },
    given: {
      reads: { 'package:curl': has('7'), 'package:jq': has('1.6'), 'apt-plan:install curl jq': plan({ curl: '8' }) },
    },
    differences: [{ what: 'package curl', from: '7', to: '8' }],
    commands: [`${get} --no-remove install curl jq`],
  },
  {
    title: 'removes with configuration, and predicts what goes along',
    module: apt,
    args: { ...base, name: ['exim4', 'nano', 'old'], state: 'absent', purge: true, autoremove: true },
    given: {
      reads: {
        'package:exim4': has('4'),
        'package:nano': noPackage,
        'package:old': noPackage,
        ...nobody('exim4 nano old'),
        'package-residue:exim4': false,
        'package-residue:nano': false,
        'package-residue:old': true,
        'package:exim4-base': has('4.1'),
        'apt-plan:purge --auto-remove exim4 old': plan({}, ['exim4', 'exim4-base', 'old']),
        'apt-plan:purge exim4 old': plan({}, ['exim4', 'old']),
      },
    },
    differences: [
      { what: 'package exim4', from: '4', to: null },
      { what: 'package old', from: 'configuration files', to: null },
      { what: 'package exim4-base', from: '4.1', to: null },
    ],
    commands: [`${get} purge --auto-remove exim4 old`],
  },
  {
    title: 'refuses to remove what needs the package, though not what only it needs',
    module: apt,
    args: { ...base, name: 'python3', state: 'absent', autoremove: true },
    given: {
      reads: {
        'package:python3': has('3.11'),
        ...nobody('python3'),
        'apt-plan:remove --auto-remove python3': plan({}, ['ufw', 'python3', 'libpython3']),
        'apt-plan:remove python3': plan({}, ['ufw', 'python3']),
      },
    },
    fails: 'removing python3 would also remove ufw',
  },
  {
    title: 'removes what needs the package where that is wanted, and says so',
    module: apt,
    args: { ...base, name: 'python3', state: 'absent', fail_on_autoremove: false },
    given: {
      reads: {
        'package:python3': has('3.11'),
        'package:ufw': has('0.36'),
        ...nobody('python3'),
        'apt-plan:remove python3': plan({}, ['ufw', 'python3']),
      },
    },
    differences: [
      { what: 'package python3', from: '3.11', to: null },
      { what: 'package ufw', from: '0.36', to: null },
    ],
    commands: [`${get} remove python3`],
  },
  {
    title: 'refuses to install what other packages would have to go for',
    module: apt,
    args: { ...base, name: ['containerd.io', 'curl'] },
    given: {
      reads: {
        'package:containerd.io': noPackage,
        'package:curl': has('8'),
        'apt-plan:install containerd.io': plan({ 'containerd.io': '2.3' }, ['docker.io', 'containerd', 'runc']),
      },
    },
    fails: 'installing containerd.io would also remove docker.io, containerd, runc',
  },
  {
    title: 'refuses an upgrade, and a file, that other packages would have to go for',
    module: apt,
    args: { ...base, name: 'a', state: 'latest', deb: '/x.deb' },
    given: {
      reads: {
        'package:a': has('1'),
        'package:x': has('1'),
        'deb:/x.deb': { name: 'x', version: '2' },
        'path:/x.deb': { type: 'file', mode: '0644', owner: 'root', group: 'root' },
        'apt-plan:install a /x.deb': plan({ a: '2', x: '2' }, ['old-a']),
      },
    },
    fails: 'installing x, a would also remove old-a',
  },
  {
    title: 'lets other packages go where that is wanted, and says so',
    module: apt,
    args: { ...base, name: 'postfix', fail_on_autoremove: false },
    given: {
      reads: {
        'package:postfix': noPackage,
        'package:exim4-base': has('4'),
        'apt-plan:install postfix': plan({ postfix: '3.7' }, ['exim4-base']),
      },
    },
    differences: [
      { what: 'package postfix', from: null, to: '3.7' },
      { what: 'package exim4-base', from: '4', to: null },
    ],
    commands: [`${get} install postfix`],
  },
  {
    title: 'mends a package that an interrupted dpkg has left',
    module: apt,
    args: { ...base, name: 'curl' },
    given: {
      reads: {
        'package:curl': has('8', { broken: true }),
        'apt-plan:install curl': cannot("E: dpkg was interrupted, you must manually run 'dpkg --configure -a'"),
      },
    },
    differences: [{ what: 'package curl', from: '8, partly installed', to: 'installed' }],
    commands: [`${get} --no-remove install curl`],
    converges: 'unknown',
  },
  {
    title: 'installs a file with a package in it',
    module: apt,
    args: { ...base, deb: '/tmp/x.deb' },
    given: {
      reads: {
        'deb:/tmp/x.deb': { name: 'x', version: '2' },
        'path:/tmp/x.deb': { type: 'file', mode: '0644', owner: 'root', group: 'root' },
        'package:x': has('1'),
        'apt-plan:install /tmp/x.deb': plan({ x: '2' }),
      },
    },
    differences: [{ what: 'package x', from: '1', to: '2' }],
    commands: [`${get} --no-remove install /tmp/x.deb`],
  },
  {
    title: 'says in the words of apt that there is no such package',
    module: apt,
    args: { ...base, name: 'crul' },
    given: {
      reads: { 'package:crul': noPackage, 'apt-plan:install crul': cannot('E: Unable to locate package crul') },
    },
    fails: 'apt: Unable to locate package crul',
  },
  {
    title: 'installs what provides a virtual package',
    module: apt,
    args: { ...base, name: ['host', 'curl'] },
    given: {
      reads: {
        'package:host': noPackage,
        'package:curl': has('8'),
        'package:bind9-host': noPackage,
        'package:libfstrm0': noPackage,
        'apt-plan:install host': {
          ...plan({ 'bind9-host': '9.18', libfstrm0: '0.6' }),
          selected: { host: 'bind9-host' },
        },
      },
    },
    differences: [{ what: 'package bind9-host', from: null, to: '9.18' }],
    commands: [`${get} --no-remove install host`],
  },
  {
    title: 'has a virtual package whose only provider is there, however old the index is',
    module: apt,
    args: { ...base, name: 'host', update_cache: true },
    given: {
      reads: {
        'apt-index:3600': 'too old',
        'package:host': noPackage,
        'package:bind9-host': has('9.18'),
        'apt-plan:install host': { ...plan({}), selected: { host: 'bind9-host' } },
      },
    },
  },
  {
    title: 'upgrades what provides a virtual package',
    module: apt,
    args: { ...base, name: 'host', state: 'latest' },
    given: {
      reads: {
        'package:host': noPackage,
        'package:bind9-host': has('9.18'),
        'apt-plan:install host': { ...plan({ 'bind9-host': '9.20' }), selected: { host: 'bind9-host' } },
      },
    },
    differences: [{ what: 'package bind9-host', from: '9.18', to: '9.20' }],
  },
  {
    title: 'holds what provides a virtual package',
    module: apt,
    args: { ...base, name: 'host', hold: true },
    given: {
      reads: {
        'package:host': noPackage,
        'package:bind9-host': has('9.18'),
        'apt-plan:install host': { ...plan({}), selected: { host: 'bind9-host' } },
      },
    },
    differences: ['hold of bind9-host'],
    commands: ['apt-mark hold bind9-host'],
  },
  {
    title: 'leaves a held provider of a virtual package alone',
    module: apt,
    args: { ...base, name: 'host', state: 'latest' },
    given: {
      reads: {
        'package:host': noPackage,
        'package:bind9-host': has('9.18', { held: true }),
        'apt-plan:install host': { ...plan({}), selected: { host: 'bind9-host' } },
      },
    },
  },
  {
    title: 'finds a package that is asked for with any architecture',
    module: apt,
    args: { ...base, name: ['python3:any', 'libc6:i386'] },
    given: {
      reads: {
        'package:python3': has('3.11'),
        'package:libc6:i386': noPackage,
        'apt-plan:install libc6:i386': plan({ 'libc6:i386': '2.36' }),
      },
    },
    differences: [{ what: 'package libc6:i386', from: null, to: '2.36' }],
  },
  {
    title: 'refuses a name that apt takes for something else',
    module: apt,
    args: { ...base, name: 'curl+' },
    given: { reads: { 'package:curl+': noPackage, 'apt-plan:install curl+': plan({ curl: '8' }) } },
    fails: "there is no package 'curl+'",
  },
  {
    title: 'refuses what is not a valid package name',
    module: apt,
    args: { ...base, name: '--allow-unauthenticated' },
    given: {},
    fails: "'--allow-unauthenticated' is not a valid package name",
  },
  {
    title: 'names who holds the lock when the time is over',
    module: apt,
    args: { ...base, name: 'curl', lock_timeout: 0 },
    given: {
      reads: { 'package:curl': noPackage, 'apt-plan:install curl': plan({ curl: '8' }) },
      outputs: {
        'apt-get -y -q -o DPkg::Lock::Timeout=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold --no-remove install curl':
          {
            code: 100,
            stderr: 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4242 (unattended-upgr)',
          },
      },
    },
    fails: 'process 4242 (unattended-upgr) has held the apt and dpkg lock for 0 s',
  },
  {
    title: 'names who held the lock while apt waited, though its last word does not',
    module: apt,
    args: { ...base, name: 'curl', lock_timeout: 0 },
    given: {
      reads: { 'package:curl': noPackage, 'apt-plan:install curl': plan({ curl: '8' }) },
      outputs: {
        'apt-get -y -q -o DPkg::Lock::Timeout=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold --no-remove install curl':
          {
            code: 100,
            stdout:
              'Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4242 (unattended-upgr)...',
            stderr:
              'E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?',
          },
      },
    },
    fails: 'process 4242 (unattended-upgr) has held the apt and dpkg lock for 0 s',
  },
];
