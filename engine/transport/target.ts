import { scalarText } from '../source/written-number.ts';
import { becomeMethods, methodNamed } from './become/methods.ts';
import { parseSshArguments, type SshArguments } from './ssh/arguments.ts';
import { forbids, isRepeated, needsOpenSsh, type Values } from './ssh/keywords.ts';
import { optionEntries, ownName } from './ssh/options.ts';
import { type Become, type SshSettings, type Target, Unreachable } from './types.ts';

/** The value of a variable of the host, evaluated; undefined where it is not defined. */
export type Lookup = (name: string) => unknown;

const argumentVariables = ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'];

/** What applies where no variable says otherwise: the play's keywords and the command line's options. */
export interface TargetDefaults {
  readonly user?: unknown;
  readonly port?: unknown;
  readonly connection?: unknown;
  readonly privateKey?: unknown;
  readonly password?: unknown;
  readonly connectTimeoutSeconds?: number;
}

/** How to reach a host, from Ansible's own variables. Throws Unreachable where they are not valid. */
export function targetOf(name: string, lookup: Lookup, defaults: TargetDefaults = {}): Target {
  const text = (...variables: string[]) => firstText(name, lookup, variables);
  const address = text('ansible_host', 'ansible_ssh_host') ?? name;
  const kind = kindOf(
    name,
    text('ansible_connection') ??
      given(name, 'connection', defaults.connection) ??
      (isThisMachine(name) && address === name ? 'local' : 'ssh'),
  );
  if (kind === 'local') {
    const { settings, unset } = settingsOf(name, lookup, defaults, () => undefined);
    return { ...settings, user: ownName(), name, kind, address, unset };
  }
  if (!isAddress(address))
    throw new Unreachable(`${name}: '${address}' is not an address`, 'set ansible_host to a name or an IP address');
  const { options, configFile } = argumentsOf(name, text);
  const { settings, unset } = settingsOf(
    name,
    lookup,
    defaults,
    (openssh) => options.find(([option]) => option === openssh)?.[1],
  );
  const target = { ...settings, name, kind, address, unset };
  return {
    ...target,
    kind: kind === 'ssh' && needsOpenSsh(valuesOf(options)) ? 'openssh' : kind,
    ...(options.length > 0 && { sshOptions: options }),
    ...(configFile !== undefined && { sshConfigFile: configFile }),
  };
}

/** The arguments of all variables; as with ssh, the first value of an option counts. */
function argumentsOf(name: string, text: (variable: string) => string | undefined): SshArguments {
  const parsed = argumentVariables.flatMap((variable) => {
    const value = text(variable);
    if (value === undefined) return [];
    const found = parseSshArguments(value, variable, name);
    const forbidden = forbids(valuesOf(found.options));
    if (forbidden !== undefined)
      throw new Unreachable(`${name}: ${variable}: with ${forbidden} ssh runs no command on the host`, 'remove it');
    return [found];
  });
  const configFile = parsed.find((one) => one.configFile !== undefined)?.configFile;
  return { options: parsed.flatMap(({ options }) => options), ...(configFile !== undefined && { configFile }) };
}

function valuesOf(options: SshArguments['options']): Values {
  const values = new Map<string, string[]>();
  for (const [name, value] of options) {
    // Options that are not repeated have the first of their values.
    if (!values.has(name) || isRepeated(name)) values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values;
}

/** The settings of the table; `unset` are those that the configuration of ssh may still decide. */
function settingsOf(
  name: string,
  lookup: Lookup,
  defaults: TargetDefaults,
  argument: (openssh: string) => string | undefined,
): { settings: SshSettings; unset: readonly (keyof SshSettings)[] } {
  const settings: Partial<Record<keyof SshSettings, unknown>> = {};
  const unset: (keyof SshSettings)[] = [];
  for (const [key, option] of optionEntries) {
    const { openssh, variables, argumentsFirst, fallback, expects, silent, initial } = option;
    const variable = firstText(name, lookup, variables);
    const fromArguments = openssh === undefined ? undefined : argument(openssh);
    const text =
      (argumentsFirst ? (fromArguments ?? variable) : (variable ?? fromArguments)) ??
      (fallback && given(name, fallback.called, defaults[fallback.key as keyof TargetDefaults]));
    const says = text !== undefined && !silent?.includes(text.toLowerCase());
    const value = says ? option.read(text) : initial?.();
    if (text === undefined && option.fromConfig) unset.push(key);
    if (says && value === undefined)
      throw new Unreachable(`${name}: '${text}' is not a valid ${expects?.[0] ?? key}`, expects?.[1]);
    if (value !== undefined) settings[key] = value;
  }
  return { settings: settings as unknown as SshSettings, unset };
}

/** What the keywords of a task (or the command line) say about becoming another user, evaluated. */
export interface BecomeSettings {
  readonly become?: unknown;
  readonly user?: unknown;
  readonly method?: unknown;
  readonly flags?: unknown;
  readonly exe?: unknown;
  readonly password?: unknown;
}

/** Which user to become; the host's variables override the keywords, and those of the method all others, as in Ansible. */
export function becomeOf(settings: BecomeSettings, lookup: Lookup): Become | undefined {
  const text = (variables: string[], setting: string, value: unknown) =>
    firstText('', lookup, variables) ?? given('', setting, value);
  if (!isTrue(text(['ansible_become'], 'become', settings.become) ?? 'false')) return undefined;
  const wanted = text(['ansible_become_method'], 'become_method', settings.method) ?? becomeMethods[0]!;
  const method = methodNamed(wanted).name;
  const of = (what: string, ...names: string[]) => [`ansible_${method}_${what}`, ...names];
  const passwords = ['ansible_become_password', 'ansible_become_pass'];
  const password = text(of('password', ...of('pass', ...passwords)), 'become password', settings.password);
  const flags = text(of('flags', 'ansible_become_flags'), 'become_flags', settings.flags);
  const exe = text(of('exe', 'ansible_become_exe'), 'become_exe', settings.exe);
  return {
    method,
    user: text(of('user', 'ansible_become_user'), 'become_user', settings.user) ?? 'root',
    ...(password !== undefined && { password }),
    ...(flags !== undefined && { flags }),
    ...(exe !== undefined && { exe }),
  };
}

/** What can be said as `ansible_connection` (connection). `smart` and paramiko are Ansible's other ways to say ssh. */
const connectionKinds: Readonly<Record<string, Target['kind']>> = {
  ssh: 'ssh',
  openssh: 'openssh',
  local: 'local',
  smart: 'ssh',
  paramiko: 'ssh',
  paramiko_ssh: 'ssh',
};

/** The kind of a connection by its name; undefined where there is none. */
export function connectionKind(name: string): Target['kind'] | undefined {
  const plain = name.replace(/^ansible\.(builtin|legacy)\./, '');
  return Object.hasOwn(connectionKinds, plain) ? connectionKinds[plain] : undefined;
}

export const connectionNames = ['ssh', 'openssh', 'local'] as const;

function kindOf(name: string, connection: string): Target['kind'] {
  const kind = connectionKind(connection);
  if (kind) return kind;
  throw new Unreachable(`${name}: ansible_connection '${connection}' is not supported`, 'use ssh, openssh or local');
}

/** What begins with a hyphen would be an option of ssh. */
function isAddress(text: string): boolean {
  return /^[^\s-][^\s'"`$\\;&<>|(){}]*$/.test(text);
}

function isThisMachine(name: string): boolean {
  return name === 'localhost' || name === '127.0.0.1' || name === '::1';
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
  const text = scalarText(value);
  if (text !== undefined) return text;
  throw new Unreachable(
    `${name === '' ? '' : `${name}: `}${what} must be text`,
    'connection settings cannot be lists, maps or unknown values',
  );
}

function isTrue(text: string): boolean {
  return ['true', 'yes', 'on', '1'].includes(text.toLowerCase());
}
