import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, type ProcessRecord, tryRecord } from '../../source/process.ts';
import { readRegular, UnreadableFile } from '../../source/read-once.ts';

/** What identifies a run: the same playbooks on the same inventories continue where the last run ended. */
export interface Subject {
  readonly playbooks: readonly string[];
  readonly inventories: readonly string[];
}

/** A handler that was notified on a host and has not run there. Only names are stored, none of its data. */
export interface Pending {
  readonly play: string;
  /** Which of the plays of that name: 1, 2, … */
  readonly nth: number;
  readonly handler: string;
  readonly host: string;
  /** The index of the section of the play after which it runs. */
  readonly section: number;
  /** The tasks that have notified it. */
  readonly by: readonly Notifier[];
}

export interface Notifier {
  readonly task: string;
  readonly tags: readonly string[];
}

/** What was found of earlier runs. */
export interface Left {
  readonly pending: readonly Pending[];
  /** The processes of other runs in progress: what these have notified is theirs. */
  readonly runs: readonly number[];
  /** Files that cannot be read. */
  readonly damaged: readonly string[];
}

/** What a file contains. */
export interface PendingList extends Subject {
  readonly pending: readonly Pending[];
  /** The process of the run that is in progress; missing: the run has ended. */
  readonly runBy?: number;
}

/**
 * The files of one playbook on one inventory, in a folder of their own: each run writes only its own file, named after its
 * process, and takes over those of runs that have ended by renaming them. So runs at the same time lose nothing of each
 * other, and need no lock.
 */
export class PendingFiles {
  readonly #folder: string;
  readonly #subject: Subject;
  readonly #own: string;

  /** `root`: the folder for all subjects. */
  constructor(root: string, subject: Subject) {
    this.#subject = { playbooks: subject.playbooks.map(real), inventories: subject.inventories.map(real) };
    const key = createHash('sha256').update(JSON.stringify(this.#subject)).digest('hex').slice(0, 32);
    this.#folder = join(root, key);
    const { pid, start, boot } = tryRecord(process.pid)!;
    this.#own = join(this.#folder, `run,${pid},${start},${boot},${randomUUID()}.json`);
  }

  /** What runs that have ended have left. */
  read(): Left {
    const files = filesIn(this.#folder);
    return leftIn(
      files,
      files.filter(({ owner }) => !isAlive(owner)).map(({ path }) => path),
    );
  }

  /** The same, and from here on it is this run's: what it does not write again is gone. Damaged files are set aside. */
  take(): Left {
    const files = filesIn(this.#folder);
    const ended = files.filter(({ owner }) => !isAlive(owner));
    const taken = ended.flatMap(({ path }) => renamed(path, this.#own.replace(/[^,]+$/, `${randomUUID()}.json`)) ?? []);
    const left = leftIn(files, taken);
    const damaged = left.damaged.flatMap((path) => renamed(path, path.replace(/json$/, 'damaged')) ?? []);
    if (left.pending.length > 0) this.write(left.pending);
    for (const path of taken) rmSync(path, { force: true });
    return { ...left, damaged };
  }

  write(pending: readonly Pending[]): void {
    if (pending.length === 0) return this.#remove();
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.#folder, randomUUID());
    const text = `${JSON.stringify({ ...this.#subject, pending }, null, 2)}\n`;
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, this.#own);
  }

  /** The run has ended: the next one may take what it has left. */
  leave(): void {
    renamed(this.#own, join(this.#folder, `left,${randomUUID()}.json`));
  }

  #remove(): void {
    rmSync(this.#own, { force: true });
    try {
      if (readdirSync(this.#folder).length === 0) rmSync(this.#folder, { recursive: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** All that is pending of any playbook, for people to see. */
export function pendingOfAll(root: string): readonly PendingList[] {
  return namesIn(root).flatMap((folder) =>
    filesIn(join(root, folder)).flatMap(({ path, owner }) => {
      const content = contentOf(path);
      return typeof content === 'object' ? { ...content, ...(isAlive(owner) && { runBy: owner.pid }) } : [];
    }),
  );
}

interface File {
  readonly path: string;
  /** The process that it is written by; undefined: its run has ended. */
  readonly owner: ProcessRecord | undefined;
}

function leftIn(files: readonly File[], paths: readonly string[]): Left {
  const contents = paths.map((path) => [path, contentOf(path)] as const);
  return {
    pending: contents.flatMap(([, content]) => (typeof content === 'object' ? content.pending : [])),
    damaged: contents.flatMap(([path, content]) => (content === 'damaged' ? path : [])),
    runs: files.flatMap(({ owner }) => (isAlive(owner) && owner.pid !== process.pid ? owner.pid : [])),
  };
}

function filesIn(folder: string): readonly File[] {
  return namesIn(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const [kind, pid, start = '', boot = ''] = name.split(',');
      return { path: join(folder, name), owner: kind === 'run' ? { pid: Number(pid), start, boot } : undefined };
    });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** Undefined: another run has taken it meanwhile. */
function contentOf(path: string): PendingList | 'damaged' | undefined {
  let text: string;
  try {
    text = readRegular(path).toString('utf8');
  } catch (error) {
    if (error instanceof UnreadableFile) return 'damaged';
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { playbooks, inventories, pending } = JSON.parse(text) as PendingList;
    return {
      playbooks: [...playbooks],
      inventories: [...inventories],
      pending: pending.map(({ play, nth, handler, host, section, by }) => ({
        play,
        nth,
        handler,
        host,
        section,
        by: by.map(({ task, tags }) => ({ task, tags: [...tags] })),
      })),
    };
  } catch {
    return 'damaged';
  }
}

/** The new path; undefined if there is no such file (any more). */
function renamed(from: string, to: string): string | undefined {
  try {
    renameSync(from, to);
    return to;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The real path, so that two paths to one file are the same; what is not a file (`web1,web2,`) stays unchanged. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
