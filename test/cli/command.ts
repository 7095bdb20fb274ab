import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Resolves when this text has come on standard output or standard error; rejects when the command ends before. */
  readonly said: (text: string) => Promise<void>;
  readonly ended: Promise<Ended>;
}

export interface Around {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What the command reads on standard input; nothing unless given. */
  readonly input?: string;
}

/** The built command where nothing is newer than it, else its sources: a test never speaks of an old build. */
export const program = isBuilt()
  ? [`${root}dist/tsplay.js`]
  : ['--import', import.meta.resolve('tsx'), `${root}engine/cli/main.ts`];

function isBuilt(): boolean {
  const built = statSync(`${root}dist/tsplay.js`, { throwIfNoEntry: false });
  const sources = ['engine', 'modules'].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map((name) => `${root}${folder}/${name}`),
  );
  return built !== undefined && sources.every((file) => statSync(file).mtimeMs < built.mtimeMs);
}

/** Starts the command as a user does, in an environment that has no wishes about colours. */
export function start(args: readonly string[], { cwd = root, env = {}, input }: Around = {}): Running {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [...program, ...args], {
    cwd,
    env: { ...inherited, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(input);
  const printed = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]!.setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
      for (const listener of listeners) listener();
    });
  const ended = new Promise<Ended>((resolve, reject) =>
    child.on('error', reject).on('close', (code) => resolve({ code, ...printed })),
  );
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!printed.stdout.includes(text) && !printed.stderr.includes(text)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`ended without saying '${text}':\n${printed.stdout}${printed.stderr}`)));
    });
  return { child, said, ended };
}

export const tsplay = (args: readonly string[], around?: Around): Promise<Ended> => start(args, around).ended;
