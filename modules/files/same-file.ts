import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';

/** Whether two paths are one file: hard links, or one of them a symbolic link to the other. */
export function sameFile(one: string, other: string): Probe<boolean> {
  return {
    key: `same-file:${one}\0${other}`,
    script: sh`[ ${one} -ef ${other} ]`,
    parse: (out) => out.code === 0,
  };
}
