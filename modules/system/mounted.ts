import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';

/** What is mounted at a folder now. Options are left out: the kernel words them in its own way. */
export interface Mounted {
  readonly source: string;
  readonly fstype: string;
}

export function mountedAt(path: string): Probe<Mounted | null> {
  return {
    key: `mount:${path}`,
    script: sh`while read -r source at type rest; do [ "$at" = ${escaped(path)} ] && printf '%s %s\\n' "$source" "$type"; done </proc/self/mounts; :`,
    parse(out) {
      const last = out.stdout.trim().split('\n').at(-1)!; // of several at one place the last covers the others
      if (last === '') return null;
      const [source, fstype] = last.split(' ') as [string, string];
      return { source: plain(source), fstype };
    },
    describe: (mounted) => (mounted ? `${mounted.source} (${mounted.fstype})` : 'nothing mounted'),
  };
}

/** As fstab and the kernel write spaces and the like in a field. */
export function escaped(text: string): string {
  return text.replace(/[\s\\#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

export function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}
