import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { modules } from '../../modules/index.ts';
import type { RunRequest } from '../run.ts';
import { UsageError } from './problem.ts';

/** The options of `run` and `validate`, as commander hands them over. */
export interface PlaybookOptions {
  readonly inventory?: readonly string[];
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly extraVars?: readonly string[];
  readonly check?: boolean;
  readonly forks?: string;
  readonly user?: string;
  readonly privateKey?: string;
  readonly become?: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly timeout?: string;
  readonly forceHandlers?: boolean;
  readonly detailedExitcode?: boolean;
}

/** What to run, from the command line. */
export function requestOf(
  playbooks: readonly string[],
  options: PlaybookOptions,
  passwords: { become?: string; connection?: string } = {},
): RunRequest {
  if (options.inventory === undefined)
    throw new UsageError('no inventory: name one with -i, e.g. -i inventory/lab.yml');
  const names = (lists: readonly string[] = []): string[] =>
    lists
      .flatMap((list) => list.split(','))
      .map((name) => name.trim())
      .filter((name) => name !== '');
  return {
    playbooks,
    inventories: options.inventory,
    ...(options.limit !== undefined && { limit: options.limit }),
    extra: extraVars(options.extraVars),
    modules: new Map(modules.map((module) => [module.name, module])),
    options: {
      check: options.check ?? false,
      forks: positive('--forks', options.forks ?? '50'),
      timeoutSeconds: positive('--timeout', options.timeout ?? '10'),
      forceHandlers: options.forceHandlers ?? false,
      detailedExitcode: options.detailedExitcode ?? false,
      tags: names(options.tags),
      skipTags: names(options.skipTags),
      become: options.become ?? false,
      ...(options.becomeUser !== undefined && { becomeUser: options.becomeUser }),
      ...(options.becomeMethod !== undefined && { becomeMethod: options.becomeMethod }),
      ...(options.user !== undefined && { user: options.user }),
      ...(options.privateKey !== undefined && { privateKey: options.privateKey }),
      ...(passwords.become !== undefined && { becomePassword: passwords.become }),
      ...(passwords.connection !== undefined && { connectionPassword: passwords.connection }),
    },
  };
}

function positive(option: string, text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new UsageError(`${option} needs a whole number from 1 up, not '${text}'`);
  return n;
}

/** `-e`: `@file` (YAML or JSON), a map in JSON or YAML, or words of the form key=value, whose values are text as in Ansible. */
function extraVars(sources: readonly string[] = []): Map<string, unknown> {
  const extra = new Map<string, unknown>();
  for (const source of sources) for (const [name, value] of Object.entries(readExtra(source))) extra.set(name, value);
  return extra;
}

function readExtra(source: string): object {
  const text = source.startsWith('@') ? readFile(source.slice(1)) : source;
  const map = source.startsWith('@') || /^\s*[{[]/.test(source);
  if (map) {
    let value: unknown;
    try {
      value = parse(text, { prettyErrors: false });
    } catch (error) {
      throw new UsageError(`-e ${source}: this is neither YAML nor JSON: ${(error as Error).message}`);
    }
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value;
    throw new UsageError(`-e ${source}: variables are a map of names to values`);
  }
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const word of text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(
        `-e ${source}: '${word}' is not of the form name=value; a map in YAML or JSON begins with '{', a file with '@'`,
      );
    found[name] = value.replace(
      /"([^"]*)"|'([^']*)'/g,
      (_, a: string | undefined, b: string | undefined) => a ?? b ?? '',
    );
  }
  return found;
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`-e @${path}: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
}
