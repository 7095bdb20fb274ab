import { fileURLToPath } from 'node:url';
import { type AnyModule, defineModule, type Reader } from '../../engine/module/module.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { UnknownValue } from '../../engine/module/unknown.ts';
import type { Event, Result } from '../../engine/run/events/event.ts';
import type { RunOptions } from '../../engine/run/options.ts';
import type { RunRequest } from '../../engine/run/prepare.ts';
import { prepareAndExecute } from '../../engine/run/run.ts';
import { modules } from '../../modules/index.ts';

const READ_BACK = fileURLToPath(new URL('read-back.yml', import.meta.url));

/** A probe's answer: a value, or why there is none. */
export type Answer = { readonly value: unknown } | { readonly unknown: string } | { readonly failed: string };

export interface Ran {
  readonly exit: number;
  /** Without those of `read_back`. */
  readonly results: readonly Result[];
  /** By host and probe key: what is read (in check mode: would be read) once all tasks have run. */
  readonly answers: ReadonlyMap<string, ReadonlyMap<string, Answer>>;
}

export interface Given extends Pick<RunRequest, 'playbooks' | 'inventories'> {
  readonly request?: Partial<RunRequest>;
  readonly options?: Partial<RunOptions>;
}

/**
 * Runs playbooks in this process. At the end of each run, it reads back everything that any module has read in any run so
 * far. These reads go through the engine: in check mode they return what is predicted.
 */
export class Runner {
  readonly #probes = new Map<string, Probe<unknown>>();
  readonly #given: Given;

  constructor(given: Given) {
    this.#given = given;
  }

  async run(options: Partial<RunOptions>): Promise<Ran> {
    const { playbooks, inventories, request } = this.#given;
    const results: Result[] = [];
    const answers = new Map<string, ReadonlyMap<string, Answer>>();
    const readBack = new Set<string>();
    const watched = [...modules, ...(request?.modules?.values() ?? [])].map((module) => this.#watched(module));
    const exit = await prepareAndExecute(
      {
        extra: new Map(),
        ...request,
        playbooks: [...playbooks, READ_BACK],
        inventories,
        modules: new Map([...watched, this.#readBack(answers)].map((module) => [module.name, module])),
        options: { ...defaults, ...this.#given.options, ...options },
      },
      'prove',
      (event: Event) => {
        if (event.event !== 'result') return;
        if (event.module === 'read_back') readBack.add(event.host);
        else results.push(event);
      },
      AbortSignal.timeout(20 * 60_000),
    );
    // Prefetching runs `read_back` too, even for hosts that then fail before they reach it.
    for (const host of answers.keys()) if (!readBack.has(host)) answers.delete(host);
    return { exit, results, answers };
  }

  #watched(module: AnyModule): AnyModule {
    const watch = (host: Reader): Reader => ({
      read: (probe) => {
        // Not compared: what depends on time or on other hosts, and the unpredictable part of a path.
        if (!probe.shared && !/^(inode|fact):/.test(probe.key)) this.#probes.set(probe.key, probe);
        return host.read(probe);
      },
      on: (other) => watch(host.on(other)),
      readLocal: (path) => host.readLocal(path),
      secret: (text) => host.secret(text),
    });
    return { ...module, check: (args: unknown, host: Reader) => module.check(args, watch(host)) };
  }

  #readBack(answers: Map<string, ReadonlyMap<string, Answer>>): AnyModule {
    const answer = (host: Reader, probe: Probe<unknown>): Promise<Answer> =>
      host.read(probe).then(
        (value) => ({ value }),
        (error: unknown) =>
          error instanceof UnknownValue ? { unknown: error.reason } : { failed: (error as Error).message },
      );
    return defineModule({
      name: 'read_back',
      summary: 'Reads what other modules have read.',
      args: { type: 'object', properties: { host: { type: 'string' } }, required: ['host'] },
      examples: [],
      check: async ({ host: name }, host) => {
        const probes = [...this.#probes.values()];
        const read = await Promise.all(probes.map((probe) => answer(host, probe)));
        answers.set(name, new Map(probes.map((probe, i) => [probe.key, read[i]!])));
        return { present: null, differences: [] };
      },
    });
  }
}

const defaults: RunOptions = {
  check: false,
  forks: 50,
  forceHandlers: false,
  tags: [],
  skipTags: [],
  become: false,
  timeoutSeconds: 10,
  returned: true,
};
