import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** One way in which tsplay means something else than Ansible, and the cases that show it. */
export interface Deviation {
  readonly topic: string;
  readonly ansible: string;
  readonly tsplay: string;
  /** Paths below test/conformance/, without `.yml`. */
  readonly cases: readonly string[];
}

const path = join(import.meta.dirname, 'deviations.yml');

export const deviations = parse(readFileSync(path, 'utf8')) as readonly Deviation[];

/** The table of docs/ansible.md; `npx tsx test/conformance/deviations.ts` prints it. */
export function deviationsTable(): string {
  const link = (name: string): string => `[${name}](../test/conformance/${name}.yml)`;
  const rows = deviations.map(({ topic, ansible, tsplay, cases }) => [
    topic,
    ansible,
    tsplay,
    cases.map(link).join(' '),
  ]);
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(['topic', 'Ansible', 'tsplay', 'shown by']), '|---|---|---|---|', ...rows.map(line)].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${deviationsTable()}\n`);
