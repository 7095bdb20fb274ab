import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RunOptions } from '../../engine/execute/context.ts';
import type { Event, Recap, Result } from '../../engine/execute/event.ts';
import { run } from '../../engine/run.ts';
import { modules } from '../../modules/index.ts';

export interface Traced {
  readonly exit: number;
  readonly events: readonly Event[];
  readonly results: readonly Result[];
  readonly recap: Recap;
  /** One line a result: `host status task`, with the loop item and marks where there are any. */
  readonly lines: readonly string[];
}

export interface Given {
  readonly playbook: string;
  /** Hosts a, b and c in one group `all`, on this machine, unless told otherwise. */
  readonly inventory?: string;
  /** Further files beside the playbook. */
  readonly files?: Readonly<Record<string, string>>;
  readonly options?: Partial<RunOptions>;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly limit?: string;
}

const local = 'all:\n  vars: { ansible_connection: local }\n  hosts: { a: {}, b: {}, c: {} }\n';

/** Runs a small playbook for real, on this machine, and hands back what happened. `DIR` in texts is a folder of its own. */
export async function trace(given: Given): Promise<Traced> {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-test-'));
  const events: Event[] = [];
  const put = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text.replaceAll('DIR', folder));
  };
  try {
    put('site.yml', given.playbook);
    put('hosts.yml', given.inventory ?? local);
    for (const [name, text] of Object.entries(given.files ?? {})) put(name, text);
    const request = {
      playbooks: [join(folder, 'site.yml')],
      inventories: [join(folder, 'hosts.yml')],
      extra: new Map(Object.entries(given.extra ?? {})),
      modules: new Map(modules.map((m) => [m.name, m])),
      ...(given.limit !== undefined && { limit: given.limit }),
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
    };
    const exit = await run(request, 'test', (event) => events.push(event), new AbortController().signal);
    const results = events.filter((event) => event.event === 'result');
    return { exit, events, results, recap: events.at(-1) as Recap, lines: results.map(lineOf) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lineOf(result: Result): string {
  const marks = [result.handler && 'handler', result.ignored && 'ignored', result.rescued && 'rescued'].filter(Boolean);
  const item = result.item === undefined ? '' : ` ${JSON.stringify(result.item)}`;
  return `${result.host} ${result.status} ${result.task}${item}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`;
}
