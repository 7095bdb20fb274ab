import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Files, layOut } from '../run/lay-out.ts';
import { type Ended, tsplay } from './command.ts';

/** A project of its own, with the state that tsplay keeps beside it. */
export class Project {
  readonly folder: string;
  readonly #state = mkdtempSync(join(tmpdir(), 'tsplay-state-'));

  readonly #env: Readonly<Record<string, string>>;

  /** `env`: in place of what is around it. */
  constructor(files: Files, env: Readonly<Record<string, string>> = {}) {
    this.folder = layOut(files);
    this.#env = { XDG_STATE_HOME: this.#state, ...env };
  }

  plan(...args: readonly string[]): Promise<Ended> {
    return this.run('plan', 'site.yml', '-i', 'hosts.yml', '-o', 'plan.json', ...args);
  }

  apply(...args: readonly string[]): Promise<Ended> {
    return this.run('apply', 'plan.json', '--yes', ...args);
  }

  async run(...args: readonly string[]): Promise<Ended> {
    return tsplay(args, { cwd: this.folder, env: this.#env });
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** As if on another machine: what this one keeps for itself is not there. */
  forget(): void {
    rmSync(this.#state, { recursive: true });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.#state, { recursive: true, force: true });
  }
}
