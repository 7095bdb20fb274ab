import { TaskFailure } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { type Present, parsePresent, presentFormat } from './path-state.ts';

/** Things below a folder that are alike in kind, owner, group and mode. */
export interface Alike extends Omit<Present, 'target'> {
  readonly count: number;
}

/** All that is below a folder, at any depth, summed up; empty where there is no folder. */
export function tree(path: string): Probe<readonly Alike[]> {
  return {
    key: `tree:${path}`,
    script: sh`export LC_ALL=C; if [ -d ${path} ]; then find ${path}/. ! -name . -exec stat -c ${presentFormat} {} + | sort | uniq -c; fi`,
    parse(out) {
      const complaints = out.stderr
        .split('\n')
        .filter((line) => line !== '' && !line.endsWith(': No such file or directory')); // gone meanwhile
      if (complaints.length > 0)
        throw new TaskFailure(`cannot read the contents of ${path}: ${complaints[0]}`, { output: out });
      const lines = out.stdout.split('\n').filter((line) => line !== '');
      return summed(
        lines.map((line) => {
          const [, count, fields] = /^ *(\d+) (.*)$/.exec(line)!;
          return { ...parsePresent(fields!), count: Number(count) };
        }),
      );
    },
  };
}

/** Joins what is alike, in an order that depends on nothing else. */
export function summed(groups: readonly Alike[]): readonly Alike[] {
  const counts = new Map<string, Alike>();
  for (const { type, mode, owner, group, count } of groups) {
    const key = [type, mode, owner, group].join('|');
    counts.set(key, { type, mode, owner, group, count: count + (counts.get(key)?.count ?? 0) });
  }
  return [...counts.keys()].sort().map((key) => counts.get(key)!);
}
