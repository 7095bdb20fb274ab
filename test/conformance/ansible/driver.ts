import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

export interface Request {
  readonly folder: string;
  readonly argv: readonly string[];
  /** The file that the callback plugin writes to. */
  readonly trace: string;
}

export interface Answer {
  readonly exit: number;
  readonly output: string;
}

/** A process with ansible-core loaded, that runs playbooks one after another, with nothing of the user's settings. */
export class Driver {
  readonly #home = mkdtempSync(join(tmpdir(), 'tsplay-ansible-'));
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;
  #errors = '';
  #busy: Promise<unknown> = Promise.resolve();

  constructor(environment: Readonly<Record<string, string>>) {
    writeFileSync(join(this.#home, 'ansible.cfg'), '');
    const env = {
      PATH: process.env['PATH'],
      HOME: this.#home,
      LANG: 'C.UTF-8',
      ANSIBLE_CONFIG: join(this.#home, 'ansible.cfg'),
      ANSIBLE_HOME: join(this.#home, '.ansible'),
      ANSIBLE_LOCAL_TEMP: join(this.#home, 'tmp'),
      ANSIBLE_REMOTE_TMP: join(this.#home, 'remote'),
      ANSIBLE_CALLBACK_PLUGINS: join(import.meta.dirname, 'callback'),
      ANSIBLE_STDOUT_CALLBACK: 'tsplay_trace',
      ANSIBLE_GATHERING: 'explicit',
      ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
      ANSIBLE_PIPELINING: '1',
      ANSIBLE_RETRY_FILES_ENABLED: '0',
      ANSIBLE_NOCOLOR: '1',
      ...environment,
    };
    this.#process = spawn('/usr/bin/python3', ['-B', join(import.meta.dirname, 'drive.py')], { env });
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.#lines = createInterface({ input: this.#process.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  run(request: Request): Promise<Answer> {
    const answer = this.#busy.then(async () => {
      this.#process.stdin.write(`${JSON.stringify(request)}\n`);
      const { done, value } = await this.#answers.next();
      if (done) throw new Error(`ansible-core's process ended: ${this.#errors}`);
      return JSON.parse(value) as Answer;
    });
    this.#busy = answer.catch(() => undefined);
    return answer;
  }

  /** Ends the process when it has done what it was asked for. */
  async close(): Promise<void> {
    await this.#busy;
    this.#process.stdin.end();
    if (this.#process.exitCode === null) await new Promise((done) => this.#process.once('exit', done));
    rmSync(this.#home, { recursive: true, force: true });
  }
}
