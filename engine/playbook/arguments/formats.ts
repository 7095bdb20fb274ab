/** What is said where a mode cannot be read. */
export interface BadMode {
  readonly message: string;
  readonly hint?: string;
}

/**
 * A file mode as four octal digits, or symbolic as it is. Digits without a leading zero are refused: in YAML and in
 * many tools they are a decimal number, and a mode that was not meant can open a file to everybody.
 */
export function normaliseMode(text: string): string | BadMode {
  const octal = /^0o?([0-7]{1,4})$/.exec(text)?.[1] ?? /^[0-7]{4}$/.exec(text)?.[0];
  if (octal !== undefined) return octal.padStart(4, '0');
  if (/^[ugoa]*([-+=][rwxXst]*)+(,[ugoa]*([-+=][rwxXst]*)+)*$/.test(text)) return text;
  if (/^[0-7]{1,3}$/.test(text))
    return { message: `the mode ${text} has no leading zero`, hint: `write: 0${text.padStart(3, '0')}` };
  return { message: `'${text}' is no file mode`, hint: "octal such as 0644, or symbolic such as 'u=rw,g=r,o='" };
}

/** The formats of arguments that are judged as text. */
export const formats = {
  mode: (text: string): boolean => typeof normaliseMode(text) === 'string',
  path: (text: string): boolean => text.startsWith('/'),
  secret: true,
} as const;
