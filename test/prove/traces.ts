import type { Ran } from './run.ts';

/** The steps of each host in order, with everything reported about them except what differs from run to run. */
export function traceOf({ results, exit }: Ran, folder = ''): readonly string[] {
  const hosts = [...new Set(results.map(({ host }) => host))].sort();
  const lines = hosts.flatMap((host) =>
    results.filter((result) => result.host === host).map((result) => JSON.stringify({ ...result, milliseconds: 0 })),
  );
  return [...lines, `exit ${exit}`].map((line) =>
    (folder === '' ? line : line.replaceAll(folder, 'DIR'))
      .replaceAll(/\b\d{13}-[0-9a-f]{16}\b/g, 'JOB')
      .replaceAll(/[^\s"]+-test-\w{6}\b/g, 'DIR') // its name may have been masked
      .replaceAll(/\\?"(inode|mtime|pid|time|start|end|delta|elapsed)\\?":\\?"?[\d.]+\\?"?/g, '"$1":0'),
  );
}

/** Where two traces differ; undefined if they are the same. */
export function parting(one: readonly string[], other: readonly string[]): string | undefined {
  const at = one.findIndex((line, i) => line !== other[i]);
  if (at < 0 && one.length === other.length) return undefined;
  const place = at < 0 ? one.length : at;
  return `${one[place] ?? 'nothing more'}\n    and: ${other[place] ?? 'nothing more'}`;
}
