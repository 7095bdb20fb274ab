import { authorized_key } from '../../modules/system/authorized_key.ts';
import { group } from '../../modules/system/group.ts';
import { user } from '../../modules/system/user.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith } from './paths.ts';

const base = { name: 'deploy', append: false, create_home: true, system: false, state: 'present', remove: false };
const deploy = { comment: '', home: '/home/deploy', shell: '/bin/sh', group: 'deploy', groups: ['adm'] };
const nobody = { primary: [], members: [] };
const memberships = {
  'membership:deploy': { primary: ['deploy'], members: [] },
  'membership:adm': { primary: [], members: ['deploy', 'syslog'] },
  'membership:sudo': nobody,
};
const key = 'ssh-ed25519 AAAAC3Nza me@here';
const keys = '/home/deploy/.ssh/authorized_keys';

export const cases: readonly ModuleCase[] = [
  {
    title: 'group is made with its number',
    module: group,
    args: { name: 'etcd', gid: 901, system: true, state: 'present' },
    given: { reads: { 'group:etcd': false, 'group-number:etcd': null, 'group-name:901': null } },
    differences: [{ what: 'group etcd', from: null, to: 'present' }],
    commands: ['groupadd -r -g 901 etcd'],
  },
  {
    title: 'group gets another number',
    module: group,
    args: { name: 'etcd', gid: 901, system: false, state: 'present' },
    given: { reads: { 'group:etcd': true, 'group-number:etcd': 900, 'group-name:901': null } },
    differences: [{ what: 'gid', from: '900', to: '901' }],
    commands: ['groupmod -g 901 etcd'],
  },
  {
    title: 'group is gone',
    module: group,
    args: { name: 'etcd', system: false, state: 'absent' },
    given: { reads: { 'group:etcd': false } },
  },
  {
    title: 'group that goes is taken from its members',
    module: group,
    args: { name: 'adm', system: false, state: 'absent' },
    given: {
      reads: {
        'group:adm': true,
        'group-number:adm': 4,
        ...memberships,
        'membership:adm': { primary: [], members: ['deploy'] },
        'account:deploy': deploy,
      },
    },
    differences: ['group adm'],
    commands: ['groupdel adm'],
  },
  {
    title: 'group that is the primary one of an account cannot go',
    module: group,
    args: { name: 'deploy', system: false, state: 'absent' },
    given: { reads: { 'group:deploy': true, ...memberships } },
    fails: 'the group deploy is the primary group of deploy',
  },
  {
    title: 'user cannot be in a group that is not there',
    module: user,
    args: { ...base, groups: ['adm', 'none'] },
    given: { reads: { 'account:deploy': deploy, 'group:none': false } },
    fails: "the host has no group 'none'",
  },
  {
    title: 'user is made, with a password that no command line shows',
    module: user,
    args: { ...base, groups: ['sudo', 'adm'], password: '$6$x$y' },
    given: {
      reads: {
        'account:deploy': null,
        'password:deploy': null,
        'account-defaults:': { home: '/home', shell: '/bin/sh' },
        'group:deploy': false,
        'group:adm': true,
        'group:sudo': true,
        ...memberships,
        'membership:deploy': nobody,
        'path:/home/deploy': { type: 'absent' },
        'skeleton:': ['.profile'],
        'file:/etc/login.defs': { exists: true, content: 'UMASK\t\t027\n', encoding: 'utf8' },
      },
    },
    differences: [{ what: 'user deploy', from: null, to: 'home /home/deploy, shell /bin/sh, groups deploy adm sudo' }],
    commands: ["useradd -m -U -G adm,sudo -c '' -d /home/deploy -s /bin/sh deploy", 'chpasswd -e'],
  },
  {
    title: 'user of the system is made in a group that is there',
    module: user,
    args: {
      ...base,
      uid: 901,
      system: true,
      create_home: false,
      home: '/var/lib/etcd',
      shell: '/usr/sbin/nologin',
      group: 'etcd',
    },
    given: {
      reads: {
        'account:deploy': null,
        'user-number:deploy': null,
        'user-name:901': null,
        'account-defaults:': { home: '/home', shell: '/bin/sh' },
        'group:etcd': true,
        'membership:etcd': nobody,
      },
    },
    differences: ['user deploy'],
    commands: ["useradd -r -M -u 901 -g etcd -c '' -d /var/lib/etcd -s /usr/sbin/nologin deploy"],
  },
  {
    title: 'user is as asked',
    module: user,
    args: { ...base, groups: ['adm'], password: 'h' },
    given: { reads: { 'account:deploy': deploy, 'password:deploy': 'h' } },
  },
  {
    title: 'user gets further groups and keeps what it has',
    module: user,
    args: { ...base, groups: ['sudo'], append: true, shell: '/bin/bash' },
    given: { reads: { 'account:deploy': deploy, 'group:sudo': true, ...memberships } },
    differences: [
      { what: 'shell', from: '/bin/sh', to: '/bin/bash' },
      { what: 'groups', from: 'adm', to: 'adm,sudo' },
    ],
    commands: ['usermod -s /bin/bash -G adm,sudo deploy'],
  },
  {
    title: 'user loses groups and gets another password',
    module: user,
    args: { ...base, groups: [], password: 'new' },
    given: { reads: { 'account:deploy': deploy, 'password:deploy': 'old', ...memberships } },
    differences: [
      { what: 'groups', from: 'adm', to: '' },
      { what: 'password', from: 'another', to: 'as given' },
    ],
    commands: ["usermod -G '' deploy", 'chpasswd -e'],
  },
  {
    title: 'group cannot get a number that another group has',
    module: group,
    args: { name: 'etcd', gid: 901, system: false, state: 'present' },
    given: { reads: { 'group:etcd': false, 'group-number:etcd': null, 'group-name:901': 'caddy' } },
    fails: "the group 'caddy' already has the number 901",
  },
  {
    title: 'group cannot change to a number that another group has',
    module: group,
    args: { name: 'etcd', gid: 901, system: false, state: 'present' },
    given: { reads: { 'group:etcd': true, 'group-number:etcd': 900, 'group-name:901': 'caddy' } },
    fails: "the group 'caddy' already has the number 901",
  },
  {
    title: 'user cannot be made with a number that another user has',
    module: user,
    args: { ...base, uid: 1000 },
    given: { reads: { 'account:deploy': null, 'user-number:deploy': null, 'user-name:1000': 'ann' } },
    fails: "the user 'ann' already has the number 1000",
  },
  {
    title: 'user cannot change to a number that another user has',
    module: user,
    args: { ...base, uid: 1000 },
    given: { reads: { 'account:deploy': deploy, 'user-number:deploy': 1001, 'user-name:1000': 'ann' } },
    fails: "the user 'ann' already has the number 1000",
  },
  {
    title: 'user has the groups that are named by number',
    module: user,
    args: { ...base, group: '1001', groups: ['4'] },
    given: { reads: { 'account:deploy': deploy, 'group-name:1001': 'deploy', 'group-name:4': 'adm' } },
  },
  {
    title: 'user gets groups by number, which have names',
    module: user,
    args: { ...base, group: '27', groups: ['4', 'adm', '27'] },
    given: {
      reads: {
        'account:deploy': deploy,
        'group-name:27': 'sudo',
        'group-name:4': 'adm',
        'group:sudo': true,
        ...memberships,
      },
    },
    differences: [{ what: 'group', from: 'deploy', to: 'sudo' }],
    commands: ['usermod -g sudo deploy'],
  },
  {
    title: 'user cannot be in a group of a number that no group has',
    module: user,
    args: { ...base, groups: ['adm', '4711'] },
    given: { reads: { 'account:deploy': deploy, 'group-name:4711': null } },
    fails: "the host has no group '4711'",
  },
  {
    title: 'user goes with all it has',
    module: user,
    args: { ...base, state: 'absent', remove: true },
    given: { reads: { 'account:deploy': deploy, 'user-number:deploy': 1001, ...memberships } },
    differences: ['user deploy'],
    commands: ['userdel -r deploy'],
  },
  {
    title: 'authorized_key makes folder and file',
    module: authorized_key,
    args: { user: 'deploy', key, state: 'present' },
    given: hostWith({ '/home/deploy': folder, '/home/deploy/.ssh': null, [keys]: null }, { 'account:deploy': deploy }),
    differences: [{ what: 'key me@here', from: null, to: key }],
    written: { [keys]: `${key}\n` },
  },
  {
    title: 'authorized_key knows a key by what it is, and replaces its line',
    module: authorized_key,
    args: { user: 'deploy', key, state: 'present' },
    given: hostWith(
      {
        '/home/deploy': folder,
        '/home/deploy/.ssh': folder,
        [keys]: '# mine\nno-pty ssh-ed25519 AAAAC3Nza old name\nssh-rsa AAAAB3 other\n',
      },
      { 'account:deploy': deploy },
    ),
    differences: [{ what: 'key me@here', from: 'no-pty ssh-ed25519 AAAAC3Nza old name', to: key }],
    written: { [keys]: `# mine\n${key}\nssh-rsa AAAAB3 other\n` },
  },
  {
    title: 'authorized_key takes a key away',
    module: authorized_key,
    args: { user: 'deploy', key, state: 'absent' },
    given: hostWith(
      { '/home/deploy': folder, '/home/deploy/.ssh': folder, [keys]: `${key}\nssh-rsa AAAAB3 other\n` },
      { 'account:deploy': deploy },
    ),
    differences: ['key me@here'],
    written: { [keys]: 'ssh-rsa AAAAB3 other\n' },
  },
  {
    title: 'authorized_key refuses what is no key',
    module: authorized_key,
    args: { user: 'deploy', key: 'hello', state: 'present' },
    given: hostWith(
      { '/home/deploy': folder, '/home/deploy/.ssh': folder, [keys]: null },
      { 'account:deploy': deploy },
    ),
    fails: 'not a public key',
  },
  {
    title: 'authorized_key makes nobody a home folder',
    module: authorized_key,
    args: { user: 'deploy', key, state: 'present' },
    given: hostWith({ '/home/deploy': null, '/home/deploy/.ssh': null, [keys]: null }, { 'account:deploy': deploy }),
    fails: 'deploy has no home folder',
  },
  {
    title: 'authorized_key needs the account',
    module: authorized_key,
    args: { user: 'deploy', key, state: 'present' },
    given: { reads: { 'account:deploy': null } },
    fails: 'no user deploy',
  },
];
