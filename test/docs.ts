import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The pages that people read, as paths from the root of the repository. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export function textOf(page: string): string {
  return readFileSync(`${root}${page}`, 'utf8');
}

/** A block of code of a page. Without a language it is what a command prints, or a picture of something. */
export interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
  /** Where the first line is a comment that names a file. */
  readonly path?: string;
}

const pathLine = /^(?:#|\/\/|\{\{!--) (\/?[\w.-]+(?:\/[\w.-]+)*\.\w+)(?: --\}\})?$/;

export function blocksOf(page: string): readonly Block[] {
  const text = textOf(page);
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ 1: language, 2: inside, index }) => {
    const path = pathLine.exec(inside!.split('\n', 1)[0]!)?.[1];
    const line = text.slice(0, index).split('\n').length;
    return { language: language!, text: inside!, line, ...(path !== undefined && { path }) };
  });
}

/** The units for systemd of the nightly job: name and text. */
export function systemdUnits(): readonly (readonly [name: string, text: string])[] {
  const folder = '/etc/systemd/system/';
  return blocksOf('docs/check-mode-and-plans.md')
    .filter(({ language, path }) => language === 'ini' && path?.startsWith(folder))
    .map(({ path, text }) => [path!.slice(folder.length), text.slice(text.indexOf('\n') + 1)]);
}

/** The cells of a table of a page, its head left out: the first table below a heading. */
export function tableBelow(page: string, heading: string): readonly (readonly string[])[] {
  const [, below = ''] = textOf(page).split(new RegExp(`^#+ ${heading}$`, 'm'));
  const table = /^\|.*\|\n\|[-:|]+\|\n((?:\|.*\|\n)+)/m.exec(below)?.[1] ?? '';
  return table
    .trim()
    .split('\n')
    .map((row) =>
      row
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    );
}
