import { define, text } from './define.ts';

export const versionFunctions = [
  define({
    name: 'versionCompare',
    summary: 'How two versions compare: -1, 0 or 1.',
    parameters: [text('a'), text('b')],
    result: 'integer',
    examples: [
      [['1.7', '1.10'], -1],
      [['v1.36.0', '1.36'], 0],
    ],
    run: compareVersions,
  }),
  define({
    name: 'versionAtLeast',
    summary: 'Whether a version is at least the minimum.',
    parameters: [text('version'), text('minimum')],
    result: 'bool',
    examples: [[['v1.36.0', '1.36'], true]],
    run: (version, minimum) => compareVersions(version, minimum) >= 0,
  }),
];

/**
 * Compares versions as dpkg does (epoch, `~` before everything, digits as numbers). In addition it accepts a leading v,
 * and takes 1.36.0-rc.1 as older than 1.36.0, and 1.36 as equal to 1.36.0.
 */
export function compareVersions(a: string, b: string): -1 | 0 | 1 {
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) {
    const difference = comparePart(x[i]!, y[i]!);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return 0;
}

/** Epoch, upstream version, Debian revision. */
function parts(version: string): [string, string, string] {
  const [, epoch, rest] = /^(?:(\d+):)?v?(\d.*)$/i.exec(version.trim()) ?? [];
  if (rest === undefined) throw new TypeError(`'${version}' is not a version`);
  const plain = rest.replace(/-(?=(?:alpha|beta|rc|pre|dev)\b)/gi, '~');
  const dash = plain.lastIndexOf('-');
  const upstream = dash < 0 ? plain : plain.slice(0, dash);
  return [epoch ?? '0', upstream.replace(/(\.0+)+(?=$|[~+-])/, ''), dash < 0 ? '' : plain.slice(dash + 1)];
}

function comparePart(a: string, b: string): number {
  const [x, y] = [runs(a), runs(b)];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = i % 2 === 1 ? Number(x[i] ?? 0) - Number(y[i] ?? 0) : compareText(x[i] ?? '', y[i] ?? '');
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Alternating text and digits, starting with text: `1.2` is '', 1, '.', 2. */
function runs(part: string): readonly string[] {
  return [/^\D*/.exec(part)![0], ...(part.replace(/^\D*/, '').match(/\d+|\D+/g) ?? [])];
}

function compareText(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = rank(a[i]) - rank(b[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `~` before the end, the end before letters, letters before everything else. */
function rank(letter: string | undefined): number {
  if (letter === undefined) return 0;
  if (letter === '~') return -1;
  return letter.charCodeAt(0) + (/[A-Za-z]/.test(letter) ? 0 : 256);
}
