import { userInfo } from 'node:os';
import { expandHome, hostKeyCheckingOf, parseSshArguments, type SshArguments } from './ssh/arguments.ts';
import { type Become, type Target, Unreachable } from './types.ts';

/** The value of a variable of the host, evaluated; undefined where it is not defined. */
export type Lookup = (name: string) => unknown;

const parsedArguments = new Map<string, SshArguments>();

/** Each task asks where its host is: a text is parsed once. */
function argumentsOf(text: string, variable: string, host: string): SshArguments {
  const id = `${host}\0${variable}\0${text}`;
  const parsed = parsedArguments.get(id) ?? parseSshArguments(text, variable, host);
  parsedArguments.set(id, parsed);
  return parsed;
}

/** What holds where no variable says otherwise: the play's keywords and the command line's options. */
export interface TargetDefaults {
  readonly user?: unknown;
  readonly port?: unknown;
  readonly connection?: unknown;
  readonly privateKey?: unknown;
  readonly password?: unknown;
  readonly connectTimeoutSeconds?: number;
}

let own: string | undefined;

/** Of the user at this machine; asked for once, since each task asks where its host is. */
function ownName(): string {
  return (own ??= userInfo().username);
}

/** How to reach a host, from Ansible's own variables. Throws Unreachable where they cannot be right. */
export function targetOf(
  name: string,
  lookup: Lookup,
  defaults: TargetDefaults = {},
): { target: Target; warnings: readonly string[] } {
  const text = (...variables: string[]) => firstText(name, lookup, variables);
  const address = text('ansible_host', 'ansible_ssh_host') ?? name;
  const kind = kindOf(
    name,
    text('ansible_connection') ??
      given(name, 'connection', defaults.connection) ??
      (isThisMachine(name) && address === name ? 'local' : 'ssh'),
  );
  const parsed = ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'].map((variable) =>
    argumentsOf(text(variable) ?? '', variable, name),
  );
  const options: Readonly<Record<string, string>> = Object.assign(
    {},
    ...parsed.map(({ settings }) => settings).toReversed(),
  );
  const chosen = {
    user: text('ansible_user', 'ansible_ssh_user') ?? options['user'] ?? given(name, 'remote_user', defaults.user),
    port: text('ansible_port', 'ansible_ssh_port') ?? options['port'] ?? given(name, 'port', defaults.port),
    proxyJump: options['proxyjump'],
    knownHostsFiles: options['userknownhostsfile'],
    hostKeyChecking:
      options['stricthostkeychecking'] ?? text('ansible_ssh_host_key_checking', 'ansible_host_key_checking'),
    connectTimeoutSeconds:
      text('ansible_ssh_timeout', 'ansible_timeout') ??
      options['connecttimeout'] ??
      given(name, 'timeout', defaults.connectTimeoutSeconds),
  } satisfies Partial<Record<NonNullable<Target['unset']>[number], unknown>>;
  const keyFile =
    text('ansible_ssh_private_key_file', 'ansible_private_key_file') ??
    options['identityfile'] ??
    given(name, 'private key', defaults.privateKey);
  const password =
    text('ansible_ssh_password', 'ansible_ssh_pass', 'ansible_password') ?? given(name, 'password', defaults.password);
  const passphrase = text('ansible_ssh_private_key_passphrase');
  const target: Target = {
    name,
    kind,
    address,
    port: numberOf(name, 'port', chosen.port ?? '22', 65_535),
    user: kind === 'local' ? ownName() : (chosen.user ?? ownName()),
    ...(password !== undefined && { password }),
    ...(keyFile !== undefined && { privateKeyFile: expandHome(keyFile) }),
    ...(passphrase !== undefined && { privateKeyPassphrase: passphrase }),
    ...(chosen.proxyJump !== undefined && { proxyJump: chosen.proxyJump }),
    knownHostsFiles: knownHostsFiles(chosen.knownHostsFiles, options['globalknownhostsfile']),
    hostKeyChecking: checkingOf(name, chosen.hostKeyChecking ?? 'yes'),
    connectTimeoutSeconds: numberOf(name, 'connection timeout', chosen.connectTimeoutSeconds ?? '10', 86_400),
    unset: (Object.keys(chosen) as (keyof typeof chosen)[]).filter((setting) => chosen[setting] === undefined),
  };
  return { target, warnings: kind === 'ssh' ? parsed.flatMap(({ warnings }) => warnings) : [] };
}

/** What the keywords of a task (or the command line) say about becoming another user, evaluated. */
export interface BecomeSettings {
  readonly become?: unknown;
  readonly user?: unknown;
  readonly method?: unknown;
  readonly flags?: unknown;
  readonly password?: unknown;
}

/** Whom to become; the host's variables stand above the keywords, as in Ansible. */
export function becomeOf(settings: BecomeSettings, lookup: Lookup): Become | undefined {
  const text = (variables: string[], setting: string, value: unknown) =>
    firstText('', lookup, variables) ?? given('', setting, value);
  if (!isTrue(text(['ansible_become'], 'become', settings.become) ?? 'false')) return undefined;
  const method = (text(['ansible_become_method'], 'become_method', settings.method) ?? 'sudo').replace(
    /^ansible\.builtin\./,
    '',
  );
  if (method !== 'sudo' && method !== 'su' && method !== 'doas')
    throw new Unreachable(
      `'${method}' is no way to become another user`,
      'ansible_become_method (become_method) is sudo, su or doas',
    );
  const password = text(['ansible_become_password', 'ansible_become_pass'], 'become password', settings.password);
  const flags = text(['ansible_become_flags'], 'become_flags', settings.flags);
  return {
    method,
    user: text(['ansible_become_user'], 'become_user', settings.user) ?? 'root',
    ...(password !== undefined && { password }),
    ...(flags !== undefined && { flags }),
  };
}

function kindOf(name: string, connection: string): Target['kind'] {
  const plain = connection.replace(/^ansible\.builtin\./, '');
  if (plain === 'local') return 'local';
  if (plain === 'ssh' || plain === 'smart' || plain === 'paramiko' || plain === 'paramiko_ssh') return 'ssh';
  throw new Unreachable(`${name}: ansible_connection '${connection}' is not supported`, 'ssh and local are');
}

function isThisMachine(name: string): boolean {
  return name === 'localhost' || name === '127.0.0.1' || name === '::1';
}

function knownHostsFiles(user = '~/.ssh/known_hosts', global = '/etc/ssh/ssh_known_hosts'): string[] {
  return `${user} ${global}`.split(/\s+/).filter(Boolean).map(expandHome);
}

function checkingOf(name: string, value: string): Target['hostKeyChecking'] {
  const checking = hostKeyCheckingOf(value);
  if (!checking)
    throw new Unreachable(
      `${name}: '${value}' does not say how to check host keys`,
      'StrictHostKeyChecking is yes, accept-new or no',
    );
  return checking;
}

function numberOf(name: string, what: string, text: string, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most)
    throw new Unreachable(`${name}: '${text}' is no ${what}`, `a whole number from 1 to ${most}`);
  return number;
}

function firstText(name: string, lookup: Lookup, variables: readonly string[]): string | undefined {
  for (const variable of variables) {
    const text = given(name, variable, lookup(variable));
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Text, a number or a truth value as text; what is empty counts as not given. */
function given(name: string, what: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Unreachable(
    `${name === '' ? '' : `${name}: `}${what} has to be text`,
    'connection settings cannot be lists, maps or unknown values',
  );
}

function isTrue(text: string): boolean {
  return ['true', 'yes', 'on', '1'].includes(text.toLowerCase());
}
