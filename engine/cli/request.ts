import { statSync } from 'node:fs';
import type { RunRequest } from '../run/prepare.ts';
import { becomeMethods } from '../transport/become/methods.ts';
import { expandHome } from '../transport/ssh/arguments.ts';
import type { Vault } from '../vault/vault.ts';
import { orList } from './command.ts';
import { extraVars } from './extra.ts';
import { builtIn } from './modules.ts';
import { UsageError } from './problem.ts';
import { type VaultOptions, vaultFrom } from './vault-passwords.ts';

/** The options of `run` and `validate`, as commander hands them over. */
export interface PlaybookOptions extends VaultOptions {
  readonly inventory?: readonly string[];
  readonly limit?: readonly string[];
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly extraVars?: readonly string[];
  readonly check?: boolean;
  readonly diff?: boolean;
  readonly forks?: string;
  readonly user?: string;
  readonly privateKey?: string;
  readonly become?: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly timeout?: string;
  readonly lookahead?: string;
  readonly profile?: boolean;
  readonly forceHandlers?: boolean;
  readonly forgetHandlers?: boolean;
  readonly startAtTask?: string;
  readonly detailedExitcode?: boolean;
  readonly strict?: boolean;
  /** Only from the project's settings. */
  readonly rolesPath?: readonly string[];
}

/** What to run, from the command line. */
export async function requestOf(
  playbooks: readonly string[],
  options: PlaybookOptions,
  passwords: { become?: string; connection?: string } = {},
  opened?: Vault,
): Promise<RunRequest> {
  const inventories = options.inventory ?? [];
  for (const [option, texts] of [
    ['--inventory', inventories],
    ['--limit', options.limit],
  ] as const)
    if (texts?.some((text) => text.trim() === '')) throw new UsageError(`${option} is empty: is a variable not set?`);
  const vault = opened ?? (await vaultFrom(options));
  return {
    playbooks,
    inventories,
    onlyLocalhost: options.inventory === undefined,
    ...(options.rolesPath !== undefined && { rolesPath: options.rolesPath }),
    ...(options.limit !== undefined && { limit: options.limit }),
    extra: await extraVars(options.extraVars ?? [], vault),
    vault,
    strict: options.strict ?? false,
    modules: builtIn,
    options: {
      check: options.check ?? false,
      diff: options.diff ?? false,
      forks: positive('--forks', options.forks ?? '50'),
      ...(options.timeout !== undefined && { timeoutSeconds: positive('--timeout', options.timeout) }),
      ...(options.lookahead !== undefined && { lookahead: lookahead(options.lookahead) }),
      profile: options.profile ?? false,
      forceHandlers: options.forceHandlers ?? false,
      forgetHandlers: options.forgetHandlers ?? false,
      detailedExitcode: options.detailedExitcode ?? false,
      tags: names('--tags', options.tags),
      skipTags: names('--skip-tags', options.skipTags),
      ...(options.startAtTask !== undefined && { startAt: options.startAtTask }),
      become: options.become ?? false,
      ...(options.becomeUser !== undefined && { becomeUser: options.becomeUser }),
      ...(options.becomeMethod !== undefined && { becomeMethod: becomeMethod(options.becomeMethod) }),
      ...(options.user !== undefined && { user: options.user }),
      ...(options.privateKey !== undefined && { privateKey: keyFile(options.privateKey) }),
      ...(passwords.become !== undefined && { becomePassword: passwords.become }),
      ...(passwords.connection !== undefined && { connectionPassword: passwords.connection }),
    },
  };
}

function names(option: string, lists: readonly string[] = []): string[] {
  const found = lists.map((list) =>
    list
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
  if (found.some((list) => list.length === 0)) throw new UsageError(`${option} names no tag: is a variable not set?`);
  return found.flat();
}

function becomeMethod(method: string): string {
  if (becomeMethods.includes(method)) return method;
  throw new UsageError(`--become-method is ${orList(becomeMethods)}, not '${method}'`);
}

function keyFile(path: string): string {
  const file = expandHome(path);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new UsageError(`--private-key ${path}: there is no such file`);
  return file;
}

function lookahead(text: string): number {
  return text === '0' ? 0 : positive('--lookahead', text);
}

function positive(option: string, text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new UsageError(`${option} needs a whole number from 1 up, not '${text}'`);
  return n;
}
