import { homedir, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { optionEntries } from '../../engine/transport/ssh/options.ts';
import { becomeOf, type TargetDefaults, targetOf } from '../../engine/transport/target.ts';
import type { Become, Target } from '../../engine/transport/types.ts';

interface Case {
  readonly it: string;
  readonly name?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly defaults?: TargetDefaults;
  readonly target?: Partial<Target>;
  readonly error?: string;
}

const me = userInfo().username;
const fromConfig = optionEntries.flatMap(([key, option]) => (option.fromConfig ? [key] : []));
const ssh = (text: string) => ({ ansible_ssh_common_args: text });

const cases: readonly Case[] = [
  {
    it: 'has defaults',
    target: {
      name: 'web1',
      kind: 'ssh',
      address: 'web1',
      port: 22,
      user: me,
      hostKeyChecking: 'strict',
      connectTimeoutSeconds: 10,
      knownHostsFiles: [`${homedir()}/.ssh/known_hosts`],
      globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts'],
      unset: [...fromConfig],
    },
  },
  {
    it: 'takes the defaults of the play and the command line',
    defaults: { user: 'u', port: 23, privateKey: '/k', password: 'p', connectTimeoutSeconds: 3 },
    target: {
      user: 'u',
      port: 23,
      privateKeyFile: '/k',
      password: 'p',
      connectTimeoutSeconds: 3,
      unset: fromConfig.filter((key) => !['user', 'port', 'connectTimeoutSeconds'].includes(key)),
    },
  },
  {
    it: 'lets variables override them',
    variables: {
      ansible_host: '10.0.0.1',
      ansible_user: 'v',
      ansible_port: '24',
      ansible_private_key_file: '/v',
      ansible_password: 'w',
    },
    defaults: { user: 'u', port: 23, privateKey: '/k', password: 'p' },
    target: { address: '10.0.0.1', user: 'v', port: 24, privateKeyFile: '/v', password: 'w' },
  },
  {
    it: 'knows the older names',
    variables: {
      ansible_ssh_host: 'h',
      ansible_ssh_user: 'v',
      ansible_ssh_port: 24,
      ansible_ssh_pass: 'w',
      ansible_ssh_private_key_file: '/v',
    },
    target: { address: 'h', user: 'v', port: 24, password: 'w', privateKeyFile: '/v' },
  },
  {
    it: 'expands ~ and relative paths',
    variables: { ansible_ssh_private_key_file: '~/k' },
    target: { privateKeyFile: `${homedir()}/k` },
  },
  {
    it: 'resolves relative paths',
    variables: { ansible_ssh_private_key_file: 'keys/k' },
    target: { privateKeyFile: resolve('keys/k') },
  },
  {
    it: 'is local where a variable says so',
    variables: { ansible_connection: 'local', ansible_user: 'x' },
    target: { kind: 'local', user: me },
  },
  { it: 'is local for localhost', name: 'localhost', target: { kind: 'local' } },
  {
    it: 'is not local for a localhost with another address',
    name: 'localhost',
    variables: { ansible_host: '10.0.0.1' },
    target: { kind: 'ssh' },
  },
  {
    it: 'is not local for a localhost that says so',
    name: 'localhost',
    variables: { ansible_connection: 'ssh' },
    target: { kind: 'ssh' },
  },
  {
    it: 'reads long options',
    variables: ssh(
      '-o UserKnownHostsFile=/a -oStrictHostKeyChecking=accept-new -o "ProxyJump jo@bastion:2222" -o ConnectTimeout=7 -o Port=5',
    ),
    target: {
      knownHostsFiles: ['/a'],
      hostKeyChecking: 'accept-new',
      proxyJump: 'jo@bastion:2222',
      connectTimeoutSeconds: 7,
      port: 5,
    },
  },
  {
    it: 'reads short options',
    variables: ssh("-J bastion -i '/my key' -p 5 -lroot"),
    target: { proxyJump: 'bastion', privateKeyFile: '/my key', port: 5, user: 'root' },
  },
  {
    it: 'lets variables override options',
    variables: { ...ssh('-p 5 -l root'), ansible_port: 6, ansible_user: 'v' },
    target: { port: 6, user: 'v' },
  },
  {
    it: 'takes the first of several',
    variables: { ansible_ssh_args: '-o Port=4', ansible_ssh_extra_args: '-o Port=6 -o ConnectTimeout=6' },
    target: { port: 4, connectTimeoutSeconds: 6 },
  },
  {
    it: 'takes options that change nothing here',
    variables: ssh('-C -o ControlMaster=auto -o ControlPersist=60s -vvv -4'),
    target: { kind: 'ssh', port: 22, addressFamily: 4 },
  },
  ...[
    '-o ProxyCommand="ssh -W %h:%p bastion"',
    '-L 1:2:3',
    '-K',
    '-o CertificateFile=/c',
    '-o BindAddress=127.0.0.2',
    '-o SetEnv=A=b',
  ].map((text) => ({
    it: `leaves ${text} to the system's ssh`,
    variables: ssh(text),
    target: { kind: 'openssh' } as const,
  })),
  { it: 'reads -F', variables: ssh('-F /etc/f'), target: { kind: 'ssh', sshConfigFile: '/etc/f' } },
  ...(
    [
      ['-o Prot=2', "web1: ansible_ssh_common_args: ssh has no option 'Prot'"],
      ['-o HostKeyAlia=x', "web1: ansible_ssh_common_args: ssh has no option 'HostKeyAlia'"],
      ['-N', 'web1: ansible_ssh_common_args: with sessiontype ssh runs no command on the host'],
      ['-W a:1', 'web1: ansible_ssh_common_args: -W has no use here'],
      ['-p', 'web1: ansible_ssh_common_args: -p needs a value'],
      ['bastion', "web1: ansible_ssh_common_args: 'bastion' is not an option of ssh"],
      ["-o 'Port=1", "web1: ansible_ssh_common_args: a quote is not closed in -o 'Port=1"],
      ['-o IdentitiesOnly=maybe', "web1: 'maybe' is not a valid value for IdentitiesOnly"],
    ] as const
  ).map(([text, error]) => ({ it: `refuses ${text}`, variables: ssh(text), error })),
  ...['ssh', 'smart', 'paramiko', 'ansible.builtin.ssh', 'ansible.builtin.paramiko_ssh', 'ansible.legacy.ssh'].map(
    (name) => ({ it: `takes ${name}`, variables: { ansible_connection: name }, target: { kind: 'ssh' } as const }),
  ),
  ...['winrm', 'community.general.ssh', 'docker', 'ansible.netcommon.libssh', 'constructor'].map((name) => ({
    it: `refuses ${name}`,
    variables: { ansible_connection: name },
    error: `web1: ansible_connection '${name}' is not supported`,
  })),
  { it: 'takes openssh', variables: { ansible_connection: 'openssh' }, target: { kind: 'openssh' } },
  ...['-oProxyCommand=x', 'a b', '$(id)'].map((address) => ({
    it: `refuses the address ${address}`,
    variables: { ansible_host: address },
    error: `web1: '${address}' is not an address`,
  })),
  {
    it: 'does not check host keys where a variable says so',
    variables: { ansible_ssh_host_key_checking: false },
    target: { hostKeyChecking: 'off' },
  },
  {
    it: 'checks them strictly by default',
    variables: { ansible_host_key_checking: true },
    target: { hostKeyChecking: 'strict' },
  },
  { it: 'refuses invalid ports', variables: { ansible_port: 'ssh' }, error: "web1: 'ssh' is not a valid port" },
  { it: 'refuses what is not text', variables: { ansible_user: ['a'] }, error: 'web1: ansible_user must be text' },
  {
    it: 'refuses other ways of checking',
    variables: ssh('-o StrictHostKeyChecking=maybe'),
    error: "web1: 'maybe' is not a valid value for StrictHostKeyChecking",
  },
];

describe('the target of a host', () => {
  for (const wanted of cases) {
    it(wanted.it, () => {
      const read = () => targetOf(wanted.name ?? 'web1', (name) => wanted.variables?.[name], wanted.defaults);
      if (wanted.error !== undefined) {
        expect(read).to.throw(wanted.error);
        return;
      }
      expect(read()).to.deep.include(wanted.target);
    });
  }
});

const becomeCases: readonly [
  string,
  settings: object,
  variables: Readonly<Record<string, unknown>>,
  Become | undefined,
][] = [
  ['nobody', {}, {}, undefined],
  ['root by sudo', { become: true }, {}, { method: 'sudo', user: 'root' }],
  [
    'as the keywords say',
    { become: 'yes', user: 'u', method: 'su', flags: '-l', password: 'p' },
    {},
    { method: 'su', user: 'u', flags: '-l', password: 'p' },
  ],
  [
    'as variables say, which override them',
    { become: false, user: 'u' },
    {
      ansible_become: 'true',
      ansible_become_user: 'v',
      ansible_become_method: 'ansible.builtin.sudo',
      ansible_become_pass: 'q',
      ansible_become_flags: '-H',
    },
    { method: 'sudo', user: 'v', password: 'q', flags: '-H' },
  ],
  [
    'by the program that is named, and by what is said of the method before all else',
    { become: true, exe: 'k', flags: 'f', user: 'u', password: 'p' },
    {
      ansible_become_exe: 'v',
      ansible_sudo_exe: 'w',
      ansible_sudo_flags: '-E',
      ansible_become_user: 'x',
      ansible_sudo_user: 'y',
      ansible_sudo_pass: 'q',
      ansible_su_exe: 'z',
    },
    { method: 'sudo', user: 'y', password: 'q', flags: '-E', exe: 'w' },
  ],
  ['nobody where a variable says so', { become: true }, { ansible_become: false }, undefined],
];

describe('which user to become', () => {
  for (const [what, settings, variables, expected] of becomeCases) {
    it(what, () => expect(becomeOf(settings, (name) => variables[name])).to.deep.equal(expected));
  }
  for (const [name, method] of [
    ['ansible.builtin.su', 'su'],
    ['ansible.legacy.sudo', 'sudo'],
    ['community.general.doas', 'doas'],
    ['ansible.builtin.doas', 'doas'],
  ] as const)
    it(`takes ${name}`, () => expect(becomeOf({ become: true, method: name }, () => undefined)).to.include({ method }));

  for (const name of [
    'pbrun',
    'community.general.sudosu',
    'community.general.sudo',
    'my.own.sudo',
    'a.ansible.builtin.su',
  ])
    it(`refuses ${name}`, () =>
      expect(() => becomeOf({ become: true, method: name }, () => undefined)).to.throw(
        `'${name}' is not a become method`,
      ));
});
