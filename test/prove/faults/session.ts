import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { validatorsPlugin } from '../../../engine/build/validators.ts';
import type { Order, Report, Word } from './messages.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Bundles the controller, which is started hundreds of times. Returns the script: it has to be where its packages are found. */
export async function bundleController(): Promise<string> {
  const outfile = join(ROOT, `dist/prove/controller-${process.pid}.mjs`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [join(import.meta.dirname, 'controller.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    // Validators require what they share.
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
    plugins: [validatorsPlugin],
    logLevel: 'warning',
  });
  return outfile;
}

/** One run of a controller in a process of its own. */
export class Session {
  readonly #child: ChildProcess;
  readonly #printed: string[] = [];
  readonly #reports: Report[] = [];
  #wake: () => void = () => {};
  #ended = false;

  constructor(order: Order) {
    this.#child = fork(order.controller, [], { execArgv: [], silent: true });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (chunk: Buffer) => this.#printed.push(chunk.toString()));
    this.#child.on('message', (report: Report) => this.#add(report));
    this.#child.on('exit', () => this.#add(undefined));
    this.#child.send(order);
  }

  #add(report: Report | undefined): void {
    if (report) this.#reports.push(report);
    else this.#ended = true;
    this.#wake();
  }

  /** What it reports next; undefined once it has died without an end. */
  async next(): Promise<Report | undefined> {
    while (this.#reports.length === 0 && !this.#ended) await new Promise<void>((wake) => (this.#wake = wake));
    return this.#reports.shift();
  }

  /** `go` lets the arrival that has waited longest go on. */
  say(word: Word): void {
    if (this.#child.connected) this.#child.send(word);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    while (!this.#ended) await new Promise<void>((wake) => (this.#wake = wake));
    this.#reports.length = 0;
  }

  get printed(): string {
    return this.#printed.join('');
  }
}
