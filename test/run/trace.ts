import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Emit, Event, Recap, Result } from '../../engine/run/events/event.ts';
import type { RunOptions } from '../../engine/run/options.ts';
import type { RunRequest } from '../../engine/run/prepare.ts';
import { prepareAndExecute } from '../../engine/run/run.ts';
import { Vault } from '../../engine/vault/vault.ts';
import { modules } from '../../modules/index.ts';
import { type Files, layOut } from './lay-out.ts';

export interface Traced {
  readonly exit: number;
  readonly events: readonly Event[];
  readonly results: readonly Result[];
  readonly recap: Recap;
  /** One line a result: `host status task`, with the loop item and marks where there are any; `DIR` for the folder. */
  readonly lines: readonly string[];
}

export interface Given extends Files {
  /** Names of inventory files, in order; default: the one that `inventory` is. */
  readonly inventories?: readonly string[];
  readonly options?: Partial<RunOptions>;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly limit?: string;
}

/** Runs a small playbook for real, on this machine, and hands back what happened. `DIR` in texts is a folder of its own. */
export async function trace(given: Given): Promise<Traced> {
  const folder = layOut(given);
  try {
    return await traceIn(folder, given);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same with files that are laid out already, and with more of a request; `watch` sees each event as it comes. */
export async function traceIn(
  folder: string,
  given: Omit<Given, keyof Files> & Pick<Files, 'vault'>,
  more: Partial<RunRequest> = {},
  { watch = () => {}, signal = new AbortController().signal }: { watch?: Emit; signal?: AbortSignal } = {},
): Promise<Traced> {
  const events: Event[] = [];
  const emit: Emit = (event) => {
    events.push(event);
    watch(event);
  };
  const request: RunRequest = {
    playbooks: [join(folder, 'site.yml')],
    inventories: (given.inventories ?? ['hosts.yml']).map((name) => join(folder, name)),
    extra: new Map(Object.entries(given.extra ?? {})),
    vault: new Vault(
      Object.entries(given.vault ?? {}).map(([id, password]) => ({ id, password: Buffer.from(password) })),
    ),
    modules: new Map(modules.map((m) => [m.name, m])),
    ...(given.limit !== undefined && { limit: given.limit.replaceAll('DIR', folder) }),
    options: {
      check: false,
      forks: 10,
      forceHandlers: false,
      tags: [],
      skipTags: [],
      become: false,
      timeoutSeconds: 10,
      ...given.options,
    },
    ...more,
  };
  const exit = await prepareAndExecute(request, 'test', emit, signal);
  const results = events.filter((event) => event.event === 'result');
  return {
    exit,
    events,
    results,
    recap: events.at(-1) as Recap,
    lines: results.map((r) => lineOf(r).replaceAll(folder, 'DIR')),
  };
}

export function lineOf(result: Result): string {
  const marks = [result.handler && 'handler', result.ignored && 'ignored', result.rescued && 'rescued'].filter(Boolean);
  const item = result.item === undefined ? '' : ` ${JSON.stringify(result.item)}`;
  return `${result.host} ${result.status} ${result.task}${item}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`;
}
