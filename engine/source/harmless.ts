/**
 * What a terminal obeys instead of showing it, and what is not seen: control characters (C1 as well), signs that turn the
 * direction of the text, blanks of no width, fillers, and tags.
 */
const invisible =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]|[\u{E0000}-\u{E0FFF}]/gu;

/** Keeps text that others wrote from driving the terminal, hiding a part of itself, or changing its direction. */
export function harmless(text: string): string {
  return text.replace(invisible, (c) => {
    if (c === '\r') return '';
    const digits = c.codePointAt(0)!.toString(16);
    if (digits.length > 4) return `\\u{${digits}}`;
    return digits.length > 2 ? `\\u${digits.padStart(4, '0')}` : `\\x${digits.padStart(2, '0')}`;
  });
}

/** The same of JSON text, which means what it meant. */
export function harmlessJson(json: string): string {
  return json.replace(invisible, (c) =>
    c.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** The same where columns count: one visible character for each. */
export function printable(text: string): string {
  return text.replace(invisible, (c) => (c === '\r' ? ' ' : '\uFFFD'));
}
