import { prepare } from '../run.ts';
import { formatDiagnostic } from '../source/diagnostic.ts';
import { type PlaybookOptions, requestOf } from './request.ts';

/** `tsplay validate`: the check that stands before every run, by itself. Returns the exit code. */
export async function validateCommand(playbooks: readonly string[], options: PlaybookOptions): Promise<number> {
  const { warnings, playbook, inventory } = await prepare(requestOf(playbooks, options));
  for (const warning of warnings) process.stdout.write(`${formatDiagnostic(warning)}\n\n`);
  process.stdout.write(
    `No errors: ${count(playbook.plays.length, 'play')}, ${count(inventory.hosts.size, 'host')}, ${count(warnings.length, 'warning')}.\n`,
  );
  return 0;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
