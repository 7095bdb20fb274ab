import type { ProfileSummary, Wait } from '../run/events/profile.ts';

const most = 5;

/** Where a run's time went, for a person: the total, then the slowest hosts. */
export function showProfile({ start, all, hosts }: ProfileSummary): string {
  const whole = start + Object.values(all).reduce((sum, part) => sum + part, 0);
  const parts: [string, number][] = [
    ['start, reading and checking', start],
    ['connecting', all.connect],
    ['waiting for answers', all.read],
    ['waiting for commands', all.change],
    ['controller', all.controller],
  ];
  const row = ([what, part]: [string, number]): string =>
    `  ${what.padEnd(28)}${seconds(part)}${`${Math.round((100 * part) / whole)} %`.padStart(6)}\n`;
  const slowest = Object.entries(hosts)
    .map(([name, of]) => ({ name, of, sum: of.connect.milliseconds + of.read.milliseconds + of.change.milliseconds }))
    .sort((a, b) => b.sum - a.sum);
  const width = Math.max(0, ...slowest.slice(0, most).map(({ name }) => name.length));
  const times = (of: (typeof slowest)[number]['of'], wait: Wait, word: string): string =>
    `${String(of[wait].times).padStart(6)} ${word}${seconds(of[wait].milliseconds)}`;
  const lines = slowest
    .slice(0, most)
    .map(
      ({ name, of }) =>
        `  ${name.padEnd(width)}  connect${seconds(of.connect.milliseconds)}${times(of, 'read', 'round trips')}${times(of, 'change', 'commands')}\n`,
    );
  const others = slowest.length > most ? `  … and ${slowest.length - most} more\n` : '';
  return `\nWHERE THE TIME WENT ${seconds(whole)}\n${parts.map(row).join('')}${lines.join('')}${others}`;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2).padStart(8)} s`;
