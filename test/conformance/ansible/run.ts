import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { layOut } from '../../run/lay-out.ts';
import type { Case, InAnsible } from '../case.ts';
import type { Outcome } from '../compare.ts';
import { argumentsOf } from './arguments.ts';
import { Driver } from './driver.ts';

/** The version of ansible-core on this machine; undefined where there is none. */
export function ansibleVersion(): string | undefined {
  try {
    const script = 'from ansible.release import __version__; print(__version__)';
    return execFileSync('/usr/bin/python3', ['-c', script], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}

interface Line {
  readonly host: string;
  readonly status: string;
  readonly task: string;
  readonly item?: unknown;
  readonly marks: readonly string[];
  readonly message?: string;
}

/** What of a case does not reach ansible-core. */
const expectations: ReadonlySet<string> = new Set<keyof Case>([
  'title',
  'topic',
  'path',
  'trace',
  'exit',
  'refused',
  'ansible',
  'needs',
  'messages',
  'contents',
  'covers',
]);

/** Runs cases on ansible-core, two at a time, and keeps what came of them: the same case is not run again. */
export class Ansible {
  readonly #drivers: (Driver | undefined)[] = [undefined, undefined];
  readonly #cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'tsplay', 'ansible');
  readonly #common: string;
  #turn = 0;

  constructor(version: string) {
    mkdirSync(this.#cache, { recursive: true });
    const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(py|ts)$/.test(name))
      .sort();
    const texts = [...sources, '../../run/lay-out.ts'].map((name) =>
      readFileSync(join(import.meta.dirname, name), 'utf8'),
    );
    this.#common = [version, ...texts].join('\0');
  }

  async run(entry: Case): Promise<Outcome & { readonly kept: boolean }> {
    const path = this.#path(entry);
    if (existsSync(path)) return { ...(JSON.parse(readFileSync(path, 'utf8')) as Outcome), kept: true };
    return { ...(await this.#fresh(entry, environmentOf(entry))), kept: false };
  }

  /** To be called when the outcome is the expected one: another is looked at again in the next run. */
  keep(entry: Case, { trace, exit, told }: Outcome): void {
    const path = this.#path(entry);
    writeFileSync(`${path}.${process.pid}`, JSON.stringify({ trace, exit, told }));
    renameSync(`${path}.${process.pid}`, path);
  }

  #path(entry: Case): string {
    const given = Object.entries(entry).filter(([name]) => !expectations.has(name));
    const key = JSON.stringify([this.#common, given, environmentOf(entry)]);
    return join(this.#cache, `${createHash('sha256').update(key).digest('hex')}.json`);
  }

  async #fresh(entry: Case, environment: InAnsible['environment']): Promise<Outcome> {
    const folder = layOut(entry);
    const driver = environment ? new Driver(environment) : this.#next();
    try {
      const trace = `${folder}.trace`;
      writeFileSync(trace, '');
      const { exit, output } = await driver.run({ folder, argv: argumentsOf(entry), trace });
      const lines = readFileSync(trace, 'utf8')
        .replaceAll(folder, 'DIR')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line);
      rmSync(trace);
      const failures = lines.flatMap(({ host, task, message }) =>
        message === undefined ? [] : [`${host} ${task}: ${message}`],
      );
      return {
        trace: lines.map(lineOf),
        exit,
        told: [...failures, output.replaceAll(folder, 'DIR').trim()].join('\n'),
      };
    } finally {
      if (environment) await driver.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Started only when a case has to be run. */
  #next(): Driver {
    this.#turn = (this.#turn + 1) % this.#drivers.length;
    return (this.#drivers[this.#turn] ??= new Driver({}));
  }

  async close(): Promise<void> {
    for (const driver of this.#drivers) await driver?.close();
  }
}

function environmentOf({ ansible }: Case): InAnsible['environment'] {
  return typeof ansible === 'object' ? ansible.environment : undefined;
}

function lineOf({ host, status, task, item, marks }: Line): string {
  const shown = item === undefined ? '' : ` ${JSON.stringify(item)}`;
  return `${host} ${status} ${task}${shown}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`;
}
