import { commandsOf } from './shell-words.ts';

/** Marks what comes of an argument, wherever it turns up. */
export const mark = 'HOSTILE';

/** Options whose next word is their own value, whatever it is. */
export const takesValue: Readonly<Record<string, RegExp>> = {
  useradd: /^-[ugGcds]$/,
  usermod: /^-[ugGcds]$/,
  mount: /^-o$/,
  'dpkg-query': /^-f/,
  journalctl: /^-u$/,
  find: /^-(?:user|group|name)$/,
  sh: /^-c$/,
  bash: /^-c$/,
};
/** What takes no option at this place, or takes every word for a text. */
export const textOnly = new Set([
  '[',
  'printf',
  'echo',
  'case',
  'for',
  'in',
  'refuse',
  'reach',
  'follow',
  'enter',
  'hop',
  'adorn',
  'dress',
  'kept',
]);

/** Words that a program would not read as an operand. */
export function faultsIn(script: string, value: string): readonly string[] {
  const faults: string[] = [];
  if (!script.includes(mark)) return [];
  for (const { words } of commandsOf(script)) {
    const program = words[0]?.text ?? '';
    const shown = words.map((word) => word.text).join(' ');
    for (const [i, { text, bare }] of words.entries()) {
      if (!text.includes(mark)) continue;
      if (i === 0 && !['case'].includes(program)) faults.push(`is run: ${shown}`);
      if (bare.includes(mark) && /[$`*?[]/.test(value)) faults.push(`is expanded: ${shown}`);
      const after = words.slice(0, i);
      const isOwn = /^--?[\w-]+=/.test(text.slice(0, text.indexOf(mark)));
      if (text.startsWith('-') && !isOwn && !after.some((word) => word.text === '--') && !textOnly.has(program))
        if (
          !takesValue[program]?.test(after.at(-1)?.text ?? '') &&
          !(/^(?:ba)?sh$/.test(program) && after.some(({ text: t }) => t === '-c'))
        )
          faults.push(`is an option: ${shown}`);
      if (program === 'printf' && i === 1) faults.push(`is a format: ${shown}`);
      if (['sed', 'awk', 'grep', 'eval', 'expr', 'xargs'].includes(program) && /[\\*[\]%$.]/.test(value))
        faults.push(`is a program or a pattern: ${shown}`);
      if (/^[@]/.test(text) && program === 'curl') faults.push(`names a file: ${shown}`);
    }
  }
  return [...new Set(faults)];
}
