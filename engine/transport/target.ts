import { scalarText } from '../source/written-number.ts';
import { becomeMethods, methodNamed } from './become/methods.ts';
import { type KnownOptions, parseSshArguments } from './ssh/arguments.ts';
import { optionEntries, ownName } from './ssh/options.ts';
import { type Become, type SshSettings, type Target, Unreachable } from './types.ts';

/** The value of a variable of the host, evaluated; undefined where it is not defined. */
export type Lookup = (name: string) => unknown;

const argumentVariables = ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'];

const knownOptions: KnownOptions = {
  names: new Set(optionEntries.flatMap(([, { openssh }]) => openssh ?? [])),
  byLetter: new Map(
    optionEntries.flatMap(([, { letter, openssh }]) => (letter && openssh ? [[letter, openssh] as const] : [])),
  ),
};

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
  const parsed = argumentVariables.flatMap((variable) => {
    const value = text(variable);
    return value === undefined ? [] : parseSshArguments(value, variable, name, knownOptions);
  });
  const { settings, unset } = settingsOf(name, lookup, defaults, (openssh) =>
    parsed.map(({ settings: found }) => found[openssh]).find((value) => value !== undefined),
  );
  const target = { ...settings, ...(kind === 'local' && { user: ownName() }), name, kind, address, unset };
  return { target, warnings: kind === 'ssh' ? parsed.flatMap(({ warnings }) => warnings) : [] };
}

/** The settings of the table; `unset` are those that ~/.ssh/config may still decide. */
function settingsOf(
  name: string,
  lookup: Lookup,
  defaults: TargetDefaults,
  argument: (openssh: string) => string | undefined,
): { settings: SshSettings; unset: readonly (keyof SshSettings)[] } {
  const settings: Partial<Record<keyof SshSettings, unknown>> = {};
  const unset: (keyof SshSettings)[] = [];
  for (const [key, option] of optionEntries) {
    const { openssh, variables, argumentsFirst, fallback, expects, initial } = option;
    const variable = firstText(name, lookup, variables);
    const fromArguments = openssh === undefined ? undefined : argument(openssh);
    const text =
      (argumentsFirst ? (fromArguments ?? variable) : (variable ?? fromArguments)) ??
      (fallback && given(name, fallback.called, defaults[fallback.key as keyof TargetDefaults]));
    const value = text === undefined ? initial?.() : option.read(text);
    if (text === undefined && option.fromConfig) unset.push(key);
    if (text !== undefined && value === undefined)
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
  const method = methodNamed(wanted.replace(/^ansible\.builtin\./, '')).name;
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

function kindOf(name: string, connection: string): Target['kind'] {
  const plain = connection.replace(/^ansible\.builtin\./, '');
  if (plain === 'local') return 'local';
  if (plain === 'ssh' || plain === 'smart' || plain === 'paramiko' || plain === 'paramiko_ssh') return 'ssh';
  throw new Unreachable(`${name}: ansible_connection '${connection}' is not supported`, 'use ssh or local');
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
