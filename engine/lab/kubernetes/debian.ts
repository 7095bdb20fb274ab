import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from './recipe.ts';
import type { Run } from './run.ts';

/**
 * The lines of a sources.list for our suite, from the archives that this machine's own apt uses: no mirror is named
 * here, and nothing in /etc is changed.
 */
export async function sourceLines(run: Run): Promise<string[]> {
  const format = '$(REPO_URI)|$(RELEASE)|$(COMPONENT)';
  // As configured: without the option apt tells only what it has lists of, which on a fresh machine is nothing.
  const argv = ['apt-get', '-o', 'APT::Get::IndexTargets::ReleaseInfo=false', 'indextargets', '--format', format];
  const text = await run([...argv, 'Created-By: Packages']);
  return toSourceLines(text);
}

export function toSourceLines(indexTargets: string): string[] {
  const archives = indexTargets
    .split('\n')
    .map((line) => line.split('|'))
    .filter(
      ([, release, component]) => component === 'main' && (release === suite || release?.startsWith(`${suite}-`)),
    );
  const places = archives.map(([uri, release]) => `${uri} ${release} main`);
  if (places.length === 0) throw new Error(`apt knows no Debian archive here: add Debian ${suite} to apt's sources`);
  return [...new Set(places)].flatMap((place) => [`deb ${place}`, `deb-src ${place}`]);
}

/** A proxy or an old archive's dates are settings of this machine's apt that hold inside a root folder as well. */
async function aptOptions(run: Run): Promise<string[]> {
  const text = await run(['apt-config', 'dump', '--format', '%F "%v";%n']);
  return text
    .split('\n')
    .filter((line) => /^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)\b/.test(line) && !line.endsWith(' "";'))
    .map((line) => `--aptopt=${line}`);
}

/** A folder with a Debian in it; `extract` only unpacks the named packages and what they depend on. */
export async function makeRoot(
  run: Run,
  root: string,
  variant: 'minbase' | 'extract',
  packages: readonly string[],
): Promise<void> {
  const options = [
    ...(await aptOptions(run)),
    '--mode=root',
    `--variant=${variant}`,
    `--include=${packages.join(',')}`,
  ];
  // The lists of packages stay in a build root: the source package is fetched with them.
  const keep = variant === 'minbase' ? ['--skip=cleanup/apt'] : [];
  const stdin = `${(await sourceLines(run)).join('\n')}\n`;
  await run(['mmdebstrap', ...options, ...keep, suite, root, '-'], { stdin });
  if (variant === 'minbase')
    for (const name of ['resolv.conf', 'hosts']) await copyFile(`/etc/${name}`, join(root, 'etc', name));
}
