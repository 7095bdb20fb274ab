/**
 * Compares versions as dpkg does (epoch, `~` before everything, digits as numbers), and beyond that takes a leading v,
 * knows 1.36.0-rc.1 for older than 1.36.0, and 1.36 for the same as 1.36.0.
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

/** Text and digits in turn, beginning with text: `1.2` is '', 1, '.', 2. */
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

/** `~` before the end, the end before letters, letters before all else. */
function rank(letter: string | undefined): number {
  if (letter === undefined) return 0;
  if (letter === '~') return -1;
  return letter.charCodeAt(0) + (/[A-Za-z]/.test(letter) ? 0 : 256);
}
