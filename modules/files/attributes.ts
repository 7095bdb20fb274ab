import { TaskFailure } from '../../engine/module/failure.ts';
import type { Difference, Reader } from '../../engine/module/module.ts';
import { unlessUnknown } from '../../engine/module/unknown.ts';
import { account, existingName, groupExists } from '../system/account.ts';
import { type Identity, identity, nameOfId } from '../system/identity.ts';
import { type PathState } from './path-state.ts';
import { untouched } from './place.ts';

/** The arguments that every module has which makes files. */
export const attributeArgs = {
  owner: {
    ...existingName,
    description: "Name or number of the owner. Default: unchanged for an existing file, the task's user for a new one.",
  },
  group: {
    ...existingName,
    description:
      "Name or number of the group. Default: unchanged for an existing file, the group of the task's user for a new one.",
  },
  mode: {
    type: 'string',
    format: 'mode',
    description:
      'Octal (`0644`) or symbolic (`u=rw,go=r`, `g+w`, `a+X`). Default: unchanged for an existing file, given by the umask for a new one. A file that gets another owner or group loses its set-ID bits unless they are given here.',
  },
} as const;

export interface Wanted {
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: string;
}

export interface Attributes {
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

/** The attributes that something will have: what is wanted, else what it has, else what the system gives to a new one. */
export function settle(
  wanted: Wanted,
  present: PathState,
  parent: PathState,
  me: Identity,
  type: 'file' | 'directory',
): Attributes {
  const has = present.type === 'absent' || present.type === 'link' ? fresh(parent, me, type) : present;
  const owner = wanted.owner ?? has.owner;
  const group = wanted.group ?? has.group;
  const before = type === 'file' && (owner !== has.owner || group !== has.group) ? withoutIds(has.mode) : has.mode;
  return {
    mode: wanted.mode === undefined ? before : applyMode(wanted.mode, before, type === 'directory', me.umask),
    owner,
    group,
  };
}

/** Who made a program set-ID meant their own rights: over a change of owner that stays only where a task asks for it. */
function withoutIds(mode: string): string {
  return octal(Number.parseInt(mode, 8) & ~0o6000);
}

/** A folder with the set-group-ID bit hands down its group, and to folders the bit as well. */
function fresh(parent: PathState, me: Identity, type: 'file' | 'directory'): Attributes {
  const inherits = parent.type === 'directory' && (Number.parseInt(parent.mode, 8) & 0o2000) !== 0;
  const bits = type === 'directory' ? (0o777 & ~me.umask) | (inherits ? 0o2000 : 0) : 0o644 & ~me.umask;
  return { mode: octal(bits), owner: me.user, group: inherits ? parent.group : me.group };
}

/** Owners given by number are compared by name, as the host shows them. */
export async function named(host: Reader, wanted: Wanted): Promise<Wanted> {
  const name = async (kind: 'user' | 'group', text: string | undefined): Promise<string | undefined> =>
    text !== undefined && /^\d+$/.test(text) ? ((await host.read(nameOfId(kind, text))) ?? text) : text;
  const [owner, group] = await Promise.all([name('user', wanted.owner), name('group', wanted.group)]);
  return {
    ...(owner !== undefined && { owner }),
    ...(group !== undefined && { group }),
    ...(wanted.mode !== undefined && { mode: wanted.mode }),
  };
}

export async function readWanted(host: Reader, wanted: Wanted): Promise<{ wanted: Wanted; me: Identity }> {
  const [settled, me] = await Promise.all([named(host, wanted), host.read(identity()), expectNames(host, wanted)]);
  return { wanted: settled, me };
}

/** An owner must exist on the host. One that a package may create is accepted. */
async function expectNames(host: Reader, { owner, group }: Wanted): Promise<void> {
  const isGiven = (name: string | undefined): name is string =>
    name !== undefined && name !== 'root' && !/^\d+$/.test(name);
  const [user, there] = await Promise.all([
    isGiven(owner) ? unlessUnknown(host.read(untouched(account(owner)))) : undefined,
    isGiven(group) ? unlessUnknown(host.read(untouched(groupExists(group)))) : undefined,
  ]);
  if (user === null)
    throw new TaskFailure(`the host has no user '${owner}'`, {
      hint: 'create it first (user), or install the package that creates it',
    });
  if (there === false)
    throw new TaskFailure(`the host has no group '${group}'`, {
      hint: 'create it first (group), or install the package that creates it',
    });
}

/** Differences of owner, group and mode; none for what is not there yet: that it is not says enough. */
export function attributeDifferences(path: string, present: PathState, will: Attributes): Difference[] {
  if (present.type === 'absent' || present.type === 'link') return [];
  return (['owner', 'group', 'mode'] as const)
    .filter((name) => present[name] !== will[name])
    .map((name) => ({ what: `${name} of ${path}`, from: present[name], to: will[name] }));
}

/** A mode as chmod would make it of `present`; octal is used unchanged. */
export function applyMode(mode: string, present: string, isDirectory: boolean, umask = 0o022): string {
  if (/^[0-7]{1,5}$/.test(mode)) return octal(Number.parseInt(mode, 8));
  return octal(
    mode
      .split(',')
      .reduce((bits, clause) => applyClause(clause, bits, isDirectory, umask), Number.parseInt(present, 8)),
  );
}

const places = { u: 6, g: 3, o: 0 } as const;

function applyClause(clause: string, before: number, isDirectory: boolean, umask: number): number {
  const [, letters, actions] = /^([ugoa]*)(.*)$/.exec(clause)!;
  const all = letters === '' || letters!.includes('a');
  const who = (['u', 'g', 'o'] as const).filter((place) => all || letters!.includes(place));
  const reach = letters === '' ? ~umask : ~0; // without a letter, what the umask forbids is left alone
  let bits = before;
  for (const [, sign, permissions] of actions!.matchAll(/([-+=])([rwxXst]*)/g)) {
    const executes =
      permissions!.includes('x') || (permissions!.includes('X') && (isDirectory || (before & 0o111) !== 0));
    const three = (permissions!.includes('r') ? 4 : 0) | (permissions!.includes('w') ? 2 : 0) | (executes ? 1 : 0);
    let mask = who.reduce((sum, place) => sum | (three << places[place]), 0);
    if (permissions!.includes('s')) mask |= (who.includes('u') ? 0o4000 : 0) | (who.includes('g') ? 0o2000 : 0);
    if (permissions!.includes('t') && who.includes('o')) mask |= 0o1000;
    mask &= reach;
    if (sign === '-') bits &= ~mask;
    if (sign === '=') bits &= ~who.reduce((sum, place) => sum | (7 << places[place]), 0) & ~special(who, isDirectory);
    if (sign !== '-') bits |= mask;
  }
  return bits;
}

/** What `=` clears besides rwx; a folder keeps its set-ID bits, as with chmod. */
function special(who: readonly string[], isDirectory: boolean): number {
  const ids = isDirectory ? 0 : (who.includes('u') ? 0o4000 : 0) | (who.includes('g') ? 0o2000 : 0);
  return ids | (who.includes('o') ? 0o1000 : 0);
}

function octal(bits: number): string {
  return bits.toString(8).padStart(4, '0');
}
