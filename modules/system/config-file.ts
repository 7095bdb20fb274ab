import { TaskFailure } from '../../engine/module/failure.ts';
import type { Difference, Writer } from '../../engine/module/module.ts';
import { cannotTell, type Prediction, type Probe, willBe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { inode, pathState } from '../files/path.ts';
import { absentPath } from '../files/path-state.ts';
import { digestOf, type FileText, fileDigest, fileText, fileTextOf, noFile } from '../files/text.ts';

/** The text of a file whose name a module has made up or been given as its own: no package creates it. */
export function ownText(path: string): Probe<FileText> {
  const { appearsWith: _, ...probe } = fileText(path);
  return probe;
}

/** A file of the system's configuration that a module keeps: root's, 0644. Null: there is none. */
export interface ConfigFile {
  readonly path: string;
  readonly wanted: string | null;
  readonly differences: readonly Difference[];
  readonly after: readonly Prediction[];
}

export function configFile(path: string, present: FileText, wanted: string | null): ConfigFile {
  const now = present.exists ? textOf(path, present) : null;
  if (now === wanted) return { path, wanted, differences: [], after: [] };
  const after =
    wanted === null
      ? [
          willBe(fileText(path), noFile),
          willBe(pathState(path), absentPath),
          willBe(fileDigest(path), null),
          willBe(inode(path), null),
        ]
      : [
          willBe(fileText(path), fileTextOf(Buffer.from(wanted))),
          willBe(pathState(path), { type: 'file', mode: '0644', owner: 'root', group: 'root' }),
          willBe(fileDigest(path), digestOf(wanted)),
          cannotTell(inode(path)),
        ];
  return { path, wanted, differences: [{ what: path, from: now, to: wanted }], after };
}

/** The text of a file that is to be edited; an error where it is none. */
export function textOf(path: string, file: FileText): string {
  if (file.encoding !== 'utf8') throw new TaskFailure(`${path} is not a text file of at most 4 MiB`);
  return file.content;
}

export async function applyConfigFile(host: Writer, { path, wanted, differences }: ConfigFile): Promise<void> {
  if (differences.length === 0) return;
  if (wanted !== null) await host.write(path, wanted, { owner: 'root', group: 'root', mode: '0644' });
  else {
    const out = await host.shell(sh`rm -f -- ${path}`);
    if (out.code !== 0) throw new TaskFailure(`cannot remove ${path}`, { output: out });
  }
}
