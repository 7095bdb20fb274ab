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
  const [x, y] = [a.match(/\d+|\D+/g) ?? [], b.match(/\d+|\D+/g) ?? []];
  // dpkg compares text and digits in turn, beginning with text
  if (x[0] !== undefined && /\d/.test(x[0])) x.unshift('');
  if (y[0] !== undefined && /\d/.test(y[0])) y.unshift('');
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = i % 2 === 1 ? Number(x[i] ?? 0) - Number(y[i] ?? 0) : compareText(x[i] ?? '', y[i] ?? '');
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareText(a: string, b: string): number {
  const rank = (letter: string | undefined): number =>
    letter === '~'
      ? -1
      : letter === undefined
        ? 0
        : /[A-Za-z]/.test(letter)
          ? letter.charCodeAt(0)
          : letter.charCodeAt(0) + 256;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = rank(a[i]) - rank(b[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}
