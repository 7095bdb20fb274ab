import { lineFormats } from '../../module/line.ts';

/** Why a mode is invalid. */
export interface BadMode {
  readonly message: string;
  readonly hint?: string;
}

/**
 * Normalizes a file mode to four octal digits; symbolic modes are unchanged. Digits without a leading zero are rejected:
 * YAML and many tools read them as decimal, and the wrong mode could make a file accessible to everyone.
 */
export function normaliseMode(text: string): string | BadMode {
  const octal = /^0o?([0-7]{1,4})$/.exec(text)?.[1] ?? /^[0-7]{4}$/.exec(text)?.[0];
  if (octal !== undefined) return octal.padStart(4, '0');
  if (/^[ugoa]*([-+=][rwxXst]*)+(,[ugoa]*([-+=][rwxXst]*)+)*$/.test(text)) return text;
  if (/^[0-7]{1,3}$/.test(text))
    return { message: `the mode ${text} has no leading zero`, hint: `write: 0${text.padStart(3, '0')}` };
  return { message: `'${text}' is not a file mode`, hint: 'write it in octal (0644) or symbolic form (u=rw,g=r,o=)' };
}

/** Argument formats that are validated as text. */
export const formats = {
  mode: (text: string): boolean => typeof normaliseMode(text) === 'string',
  path: (text: string): boolean => text.startsWith('/'),
  ...lineFormats,
  secret: true,
  content: true,
} as const;
