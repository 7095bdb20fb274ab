import { endOf, type Line, linesOf, textOf } from '../files/lines.ts';
import { escaped, plain } from './mounted.ts';

/** A line of fstab. */
export interface Entry {
  readonly src: string;
  readonly path: string;
  readonly fstype: string;
  readonly opts: string;
  readonly dump: number;
  readonly passno: number;
}

function parse({ text: line }: Line): Entry | undefined {
  const fields = line.replaceAll(/^[ \t]+|[ \t\r]+$/g, '').split(/[ \t]+/); // no other white space separates fields
  if (fields.length < 3 || fields[0]!.startsWith('#')) return undefined;
  const [src, path, fstype, opts = 'defaults', dump = '0', passno = '0'] = fields as [
    string,
    string,
    string,
    string?,
    string?,
    string?,
  ];
  return { src: plain(src), path: plain(path), fstype, opts: plain(opts), dump: Number(dump), passno: Number(passno) };
}

export function readEntry(text: string, path: string): Entry | undefined {
  return linesOf(text)
    .map(parse)
    .findLast((entry) => entry?.path === path);
}

/** The text with this entry for the path and no other; all other lines stay as they are, and so does one that says the same. */
export function withEntry(text: string, path: string, wanted: Entry | null): string {
  const lines = linesOf(text);
  const here = lines.flatMap((line, at) => (parse(line)?.path === path ? [at] : []));
  const added = (entry: Entry): Line => ({ text: written(entry), end: endOf(lines) });
  const last = here.at(-1);
  const kept = lines.filter((_line, at) => !here.includes(at) || at === last);
  if (last === undefined) return wanted ? textOf([...kept, added(wanted)]) : text;
  const spot = last - (here.length - 1);
  if (!wanted) return textOf(kept.toSpliced(spot, 1));
  return here.length === 1 && same(parse(lines[last]!)!, wanted) ? text : textOf(kept.with(spot, added(wanted)));
}

function same(one: Entry, other: Entry): boolean {
  return (Object.keys(one) as (keyof Entry)[]).every((key) => one[key] === other[key]);
}

function written({ src, path, fstype, opts, dump, passno }: Entry): string {
  return [escaped(src), escaped(path), fstype, escaped(opts), dump, passno].join(' ');
}
