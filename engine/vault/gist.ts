/**
 * What remains of a text when everything is removed that an encoding may add or change: letters and digits, in lower case
 * and without accents. Escapes of JSON, shells, URLs, HTML and of bytes are read; quotes, blanks and line ends drop out.
 * Two writings of one text have the same gist, so a secret is found without a list of all the ways to write it.
 */
export interface Gist {
  readonly text: string;
  /** Where in the original each character begins, and ends. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

/** How ASCII is read: 0 is dropped, 1 may begin an escape, everything else is the character that is kept. */
const ascii = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/[\\%&]/.test(char)) return 1;
  return /[a-z0-9]/i.test(char) ? char.toLowerCase().charCodeAt(0) : 0;
});

export function gistOf(original: string): Gist {
  const codes = new Uint16Array(original.length * 2 + 8);
  const from = new Uint32Array(codes.length);
  const to = new Uint32Array(codes.length);
  let length = 0;
  const keep = (kept: string, begin: number, end: number): void => {
    for (let i = 0; i < kept.length && length < codes.length; i++) {
      codes[length] = kept.charCodeAt(i);
      from[length] = begin;
      to[length++] = end;
    }
  };
  for (let at = 0; at < original.length; ) {
    const code = original.charCodeAt(at);
    const kept = code < 128 ? ascii[code]! : 2;
    if (kept > 2) {
      codes[length] = kept;
      from[length] = at;
      to[length++] = ++at;
    } else if (kept === 0) at++;
    else {
      const { char, end } = kept === 1 ? escapeAt(original, at) : { char: original[at]!, end: at + 1 };
      keep(plainOf(char), at, end);
      at = end;
    }
  }
  return { text: textOf(codes.subarray(0, length)), from, to };
}

/** The characters between two kept ones, each with its escape: to cover those at the ends of a secret too. */
export function droppedIn(original: string): readonly string[] {
  const dropped: string[] = [];
  for (let at = 0; at < original.length; ) {
    const end = /[\\%&]/.test(original[at]!) ? escapeAt(original, at).end : at + 1;
    dropped.push(original.slice(at, end));
    at = end;
  }
  return dropped;
}

function textOf(codes: Uint16Array): string {
  const parts: string[] = [];
  for (let i = 0; i < codes.length; i += 8192) parts.push(String.fromCharCode(...codes.subarray(i, i + 8192)));
  return parts.join('');
}

const byte = /\\+x([0-9a-f]{2})|\\+([0-3][0-7]{2})|%(?:25)*([0-9a-f]{2})/iy;
const character = /\\+u([0-9a-f]{4})|\\+u\{([0-9a-f]{1,6})\}|\\+U([0-9a-f]{8})|&(?:amp;)*#x([0-9a-f]{1,6});/y;
const decimal = /&(?:amp;)*#(\d{1,7});/y;
const named = /&(?:amp;)*([a-z]{2,8});/iy;
const accented = /^([a-z])(?:uml|acute|grave|circ|tilde|cedil|ring|slash|caron)$/i;
const control = /\\+[abefnrtv0E]|\\+/y;

/** The character that is escaped there, '' if it would be dropped, and where the escape ends. Several backslashes are an escape that was escaped. */
function escapeAt(text: string, at: number): { readonly char: string; readonly end: number } {
  const match = (pattern: RegExp, from = at): RegExpExecArray | null => {
    pattern.lastIndex = from;
    return pattern.exec(text);
  };
  const byteAt = (from: number): { value: number; end: number } | undefined => {
    const found = match(byte, from);
    if (!found) return undefined;
    const [all, hex, octal, percent] = found;
    return {
      value: octal === undefined ? Number.parseInt((hex ?? percent)!, 16) : Number.parseInt(octal, 8),
      end: from + all.length,
    };
  };
  const mark = text[at];
  let read = mark === '&' ? undefined : byteAt(at);
  if (read) {
    const bytes = [read.value];
    let { end } = read;
    for (let more = read.value >= 0xf0 ? 3 : read.value >= 0xe0 ? 2 : read.value >= 0xc0 ? 1 : 0; more > 0; more--) {
      read = byteAt(end);
      if (!read || (read.value & 0xc0) !== 0x80) break;
      bytes.push(read.value);
      ({ end } = read);
    }
    return { char: Buffer.from(bytes).toString('utf8'), end };
  }
  if (mark === '%') return { char: '', end: at + 1 };
  const coded = match(character) ?? match(decimal);
  if (coded) {
    const digits = coded.slice(1).find((group) => group !== undefined)!;
    const code = coded[0].startsWith('&') && !/#x/i.test(coded[0]) ? Number(digits) : Number.parseInt(digits, 16);
    return { char: code <= 0x10ffff ? String.fromCodePoint(code) : '', end: at + coded[0].length };
  }
  const entity = match(named);
  if (entity) return { char: accented.exec(entity[1]!)?.[1] ?? '', end: at + entity[0].length };
  return { char: '', end: at + (match(control)?.[0].length ?? 1) };
}

const plain = new Map<string, string>();

/** A character as it is kept: '' if it is neither a letter nor a digit. Surrogates are dropped, however they are written. */
function plainOf(char: string): string {
  let known = plain.get(char);
  if (known === undefined) {
    known =
      char.length > 1
        ? ''
        : char
            .normalize('NFD')
            .toLowerCase()
            .replace(/[^\p{L}\p{N}]/gu, '');
    if (known.length > 2) known = known.slice(0, 2);
    plain.set(char, known);
  }
  return known;
}
