import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labOptions } from '../../engine/cli/commands/lab.ts';
import { hostExec, labRemove } from '../../engine/lab/control.ts';
import { upperDigest } from '../../engine/lab/digest.ts';
import { publicKey } from '../../engine/lab/keys.ts';
import { labReset, labStatus, labUp } from '../../engine/lab/lab.ts';
import { labPaths } from '../../engine/lab/paths.ts';
import type { LabOptions } from '../../engine/lab/types.ts';
import { byThemselves, type Written } from '../lab/cluster.ts';

/** Hosts of the lab, and what is written on them. */
export class Ground {
  readonly options: LabOptions;
  readonly inventories: readonly string[];
  /** A folder of this machine, `{{ here }}` in playbooks. */
  readonly here: string;
  readonly #www: string;

  private constructor(options: LabOptions, inventories: readonly string[], here: string, www: string) {
    this.options = options;
    this.inventories = inventories;
    this.here = here;
    this.#www = www;
  }

  /** Brings up the hosts of these inventories, in addition to those that are running. */
  static async open(inventories: readonly string[]): Promise<Ground> {
    const found = await labOptions(inventories, new AbortController().signal);
    const options = { ...found, log: (line: string) => void (line.startsWith('waiting') && say(line)) };
    const states = await labStatus(options);
    if (states.some(({ state }) => state === 'stopped' || state === 'failed')) await labUp(options);
    const here = mkdtempSync(join(tmpdir(), 'tsplay-prove-'));
    const www = join(labPaths(options).files, 'prove');
    mkdirSync(www, { recursive: true });
    for (const folder of [here, www]) writeFileSync(join(folder, 'key.asc'), await publicKey(options, 'debian'));
    return new Ground(options, inventories, here, www);
  }

  get names(): readonly string[] {
    return this.options.hosts.map(({ name }) => name);
  }

  reset(names: readonly string[] = this.names): Promise<void> {
    return labReset(this.options, names);
  }

  /** Everything written on the hosts, except what they write on their own. */
  async written(names: readonly string[] = this.names): Promise<Written> {
    const digest = async (name: string) =>
      [name, await upperDigest(this.options, name, { ignore: byThemselves })] as const;
    return new Map(await Promise.all(names.map(digest)));
  }

  async exec(host: string, script: string): Promise<string> {
    const { code, stdout, stderr } = await hostExec(this.options, host, ['sh', '-e'], script);
    if (code !== 0) throw new Error(`${host}: ${stderr || stdout}`);
    return stdout;
  }

  /** Removes the hosts. */
  async remove(): Promise<void> {
    await labRemove(this.options, this.names);
    this.close();
  }

  close(): void {
    for (const folder of [this.here, this.#www]) rmSync(folder, { recursive: true, force: true });
  }
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
