import { userInfo } from 'node:os';
import type { SshSettings } from '../types.ts';
import { expandHome } from './arguments.ts';

/** One setting of a connection over SSH: where its text comes from and what it means. */
export interface SshOption<T> {
  /** OpenSSH's name, lower case: for `-o` and for `ssh -G`. */
  readonly openssh?: string;
  /** Inventory variables, the first that is defined counts. */
  readonly variables: readonly string[];
  /** Arguments for ssh override the variables; otherwise it is the other way round. */
  readonly argumentsFirst?: true;
  /** The key in TargetDefaults, and what messages call it. */
  readonly fallback?: { readonly key: string; readonly called: string };
  /** Undefined where the text is not valid. */
  readonly read: (text: string) => T | undefined;
  /** For the message about an invalid text: what it should be, and a hint. */
  readonly expects?: readonly [what: string, hint: string];
  /** Texts, in lower case, that say no more than nothing does. */
  readonly silent?: readonly string[];
  readonly initial?: () => T;
  /** The configuration of ssh decides where nobody set it. */
  readonly fromConfig?: true;
  /** Its text is a change of a list that ssh has: what ssh makes of it counts. */
  readonly list?: true;
}

type SshOptions = { readonly [K in keyof SshSettings]-?: SshOption<NonNullable<SshSettings[K]>> };

let own: string | undefined;

/** The user of this process; cached because every task computes its target. */
export function ownName(): string {
  return (own ??= userInfo().username);
}

const text = (value: string) => value;
const paths = (value: string) => value.split(/\s+/).filter(Boolean).map(expandHome);
const whole = (most: number) => (value: string) => {
  const number = Number(value);
  return Number.isInteger(number) && number >= 1 && number <= most ? number : undefined;
};

const list = (value: string) =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
const truth = (value: string) => truths.get(value.toLowerCase());

/** What only arguments for ssh and its configuration set. */
function configured(openssh: string) {
  return { openssh, variables: [] as const, fromConfig: true as const };
}

/** ssh resolves patterns, and what is added to its own list or taken from it. */
function algorithms(openssh: string): SshOption<readonly string[]> {
  return { ...configured(openssh), read: list, list: true };
}

function yesOrNo(name: string): SshOption<boolean> {
  return { ...configured(name.toLowerCase()), read: truth, expects: [`value for ${name}`, `${name} is yes or no`] };
}

/** Every setting; the order is that of `unset`. A new one is a field of SshSettings, a row here, and the code that uses it. */
export const sshOptions: SshOptions = {
  user: {
    openssh: 'user',
    variables: ['ansible_user', 'ansible_ssh_user'],
    fallback: { key: 'user', called: 'remote_user' },
    read: text,
    initial: ownName,
    fromConfig: true,
  },
  port: {
    openssh: 'port',
    variables: ['ansible_port', 'ansible_ssh_port'],
    fallback: { key: 'port', called: 'port' },
    read: whole(65_535),
    expects: ['port', 'a whole number from 1 to 65535'],
    initial: () => 22,
    fromConfig: true,
  },
  proxyJump: { openssh: 'proxyjump', variables: [], read: text, fromConfig: true },
  knownHostsFiles: {
    openssh: 'userknownhostsfile',
    variables: [],
    read: paths,
    initial: () => paths('~/.ssh/known_hosts'),
    fromConfig: true,
  },
  globalKnownHostsFiles: {
    openssh: 'globalknownhostsfile',
    variables: [],
    read: paths,
    initial: () => ['/etc/ssh/ssh_known_hosts'],
    fromConfig: true,
  },
  hostKeyChecking: {
    openssh: 'stricthostkeychecking',
    variables: ['ansible_ssh_host_key_checking', 'ansible_host_key_checking'],
    argumentsFirst: true,
    read: (value) => checkings.get(value.toLowerCase()),
    expects: ['value for StrictHostKeyChecking', 'StrictHostKeyChecking is yes, accept-new or no'],
    initial: () => 'strict',
    fromConfig: true,
  },
  connectTimeoutSeconds: {
    openssh: 'connecttimeout',
    variables: ['ansible_ssh_timeout', 'ansible_timeout'],
    fallback: { key: 'connectTimeoutSeconds', called: 'timeout' },
    read: whole(86_400),
    expects: ['connection timeout', 'a whole number from 1 to 86400'],
    initial: () => 10,
    fromConfig: true,
  },
  privateKeyFile: {
    openssh: 'identityfile',
    variables: ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
    fallback: { key: 'privateKey', called: 'private key' },
    read: expandHome,
  },
  password: {
    variables: ['ansible_ssh_password', 'ansible_ssh_pass', 'ansible_password'],
    fallback: { key: 'password', called: 'password' },
    read: text,
  },
  privateKeyPassphrase: { variables: ['ansible_ssh_private_key_passphrase'], read: text },
  addressFamily: {
    ...configured('addressfamily'),
    read: (value) => ({ inet: 4, inet6: 6 })[value.toLowerCase()] as 4 | 6 | undefined,
    silent: ['any'],
    expects: ['AddressFamily', 'any, inet or inet6'],
  },
  hostKeyAlias: { ...configured('hostkeyalias'), read: text },
  revokedHostKeys: { ...configured('revokedhostkeys'), read: text, silent: ['none'] },
  requiredRsaSize: {
    ...configured('requiredrsasize'),
    read: whole(1_000_000),
    expects: ['RequiredRSASize', 'a whole number of bits'],
  },
  identitiesOnly: yesOrNo('IdentitiesOnly'),
  identityAgent: { ...configured('identityagent'), read: text },
  pubkeyAuthentication: {
    ...yesOrNo('PubkeyAuthentication'),
    // `unbound` and `host-bound` are ways to do it.
    read: (value) => ['unbound', 'host-bound'].includes(value.toLowerCase()) || truth(value),
  },
  passwordAuthentication: yesOrNo('PasswordAuthentication'),
  kbdInteractiveAuthentication: yesOrNo('KbdInteractiveAuthentication'),
  preferredAuthentications: { ...configured('preferredauthentications'), read: list },
  kexAlgorithms: { ...algorithms('kexalgorithms') },
  ciphers: { ...algorithms('ciphers') },
  macs: { ...algorithms('macs') },
  hostKeyAlgorithms: { ...algorithms('hostkeyalgorithms') },
  pubkeyAcceptedAlgorithms: { ...algorithms('pubkeyacceptedalgorithms') },
};

const truths = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
]);

const checkings = new Map<string, SshSettings['hostKeyChecking']>([
  ['yes', 'strict'],
  ['true', 'strict'],
  ['ask', 'strict'],
  ['accept-new', 'accept-new'],
  ['no', 'off'],
  ['off', 'off'],
  ['false', 'off'],
]);

export const optionEntries = Object.entries(sshOptions) as readonly [keyof SshSettings, SshOption<unknown>][];
