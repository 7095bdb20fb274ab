import type { Recap, Status } from '../run/events/event.ts';
import { showProfile } from './profile.ts';
import { colourOf } from './status.ts';
import { hostList, onOneLine, type Paint } from './style.ts';

/** The counts of each host at the end of a run. */
export function showRecap(recap: Recap, check: boolean, paint: Paint): string {
  const hosts = Object.entries(recap.hosts).map(([name, of]) => [onOneLine(name), of] as const);
  const width = Math.max(0, ...hosts.map(([name]) => name.length));
  const always = ['ok', 'changed', 'unreachable', 'failed'];
  const row = ([name, counts]: (typeof hosts)[number]): string => {
    const cells = Object.entries(counts)
      .filter(([status, n]: [string, number]) => n > 0 || always.includes(status))
      .map(([status, n]: [string, number]) => {
        const cell = `${status}=${n}`;
        const colour = status === 'rescued' || status === 'ignored' ? 'magenta' : colourOf(status as Status);
        return n > 0 ? paint(cell, colour) : paint(cell, 'dim');
      });
    return `${name.padEnd(width)}  ${cells.join('  ')}`;
  };
  const notes = [...(check ? ['check mode: what would be'] : []), ...(recap.interrupted ? ['interrupted'] : [])];
  const heading = paint(notes.length > 0 ? `RECAP (${notes.join('; ')})` : 'RECAP', 'bold');
  const profile = recap.profile ? showProfile(recap.profile) : '';
  return `\n${heading}\n${hosts.map(row).join('\n')}\n${unfinished(recap, paint)}${pendingHandlers(recap, paint)}${profile}`;
}

function unfinished({ interrupted }: Recap, paint: Paint): string {
  if (!interrupted) return '';
  const left = interrupted.length > 0 ? `tasks are left on ${hostList(interrupted)}` : 'no host has tasks left';
  return `\n${paint(`Interrupted: ${left}.`, 'red')} Run the playbook again to finish.\n`;
}

/** What the next run will do, and why it may be surprised. */
function pendingHandlers({ pending = [] }: Recap, paint: Paint): string {
  if (pending.length === 0) return '';
  const lines = pending.map(({ play, handler, hosts }) =>
    onOneLine(`  ${hosts.join(', ')}: ${handler} (play '${play}')`),
  );
  const heading = paint('Handlers that have not run', 'yellow');
  return `\n${heading} (the next run of this playbook runs them; --forget-handlers drops them):\n${lines.join('\n')}\n`;
}
