/** What a run of a case came to, in either engine. */
export interface Outcome {
  /** Lines `host status task [item] (marks)`. */
  readonly trace: readonly string[];
  readonly exit: number;
  /** Codes of diagnostics, where it was refused. */
  readonly refused?: readonly string[];
  /** For people, when it is not what was expected: messages of failures, or the whole output. */
  readonly told: string;
  /** See Case. */
  readonly contents?: readonly string[];
}

export interface Expected {
  readonly trace?: readonly string[] | undefined;
  readonly exit: number;
  readonly refused?: readonly string[] | undefined;
  readonly messages?: readonly string[] | undefined;
  readonly contents?: readonly string[] | undefined;
}

function byHost(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of lines) {
    const host = line.split(' ', 1)[0]!;
    hosts.set(host, [...(hosts.get(host) ?? []), line]);
  }
  return hosts;
}

/** Why an outcome is not what was expected, both traces host by host; undefined where it is. Hosts run side by side: only the order on each is compared. */
export function difference(seen: Outcome, expected: Expected): string | undefined {
  const problems: string[] = [];
  const codes = (list: readonly string[] | undefined): string => [...(list ?? [])].sort().join(', ') || 'none';
  if (codes(seen.refused) !== codes(expected.refused))
    problems.push(`diagnostics: ${codes(seen.refused)}; expected: ${codes(expected.refused)}`);
  const wanted = byHost(expected.trace ?? []);
  const got = byHost(seen.trace);
  for (const host of new Set([...wanted.keys(), ...got.keys()])) {
    const [should, is] = [wanted.get(host) ?? [], got.get(host) ?? []];
    if (should.join('\n') !== is.join('\n')) problems.push(`host ${host}:\n${beside(should, is)}`);
  }
  if (seen.exit !== expected.exit) problems.push(`exit ${seen.exit}, expected ${expected.exit}`);
  for (const part of expected.messages ?? []) if (!seen.told.includes(part)) problems.push(`no failure says: ${part}`);
  const contents = [...(seen.contents ?? [])].sort().join(', ');
  if (expected.contents && contents !== [...expected.contents].sort().join(', '))
    problems.push(`contents: ${contents}; expected: ${expected.contents.join(', ')}`);
  if (problems.length === 0) return undefined;
  return [...problems, ...(seen.told === '' ? [] : [`told:\n${seen.told}`])].join('\n');
}

/** Two traces in columns, expected and seen, with a mark where they part. */
function beside(should: readonly string[], is: readonly string[]): string {
  const rows = Array.from({ length: Math.max(should.length, is.length) }, (_, i) => [should[i] ?? '', is[i] ?? '']);
  const width = Math.max(...rows.map(([left]) => left!.length), 'expected'.length);
  return [['expected', 'seen'], ...rows]
    .map(([left, right], i) => `  ${i > 0 && left !== right ? '✗' : ' '} ${left!.padEnd(width)}  ${right}`.trimEnd())
    .join('\n');
}
