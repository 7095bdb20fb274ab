import { RELEASE } from './recipe.ts';
import { LabError, run } from './run.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The apt source lines of this machine that serve the hosts' release: no mirror is named in the project. */
export function sourceLines(targets: string): string[] {
  const lines = targets
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(
      ([, release = '', component]) =>
        component === 'main' && (release === RELEASE || release.startsWith(`${RELEASE}-`)),
    )
    .map(([uri, release, component]) => `deb [signed-by=${KEYRING}] ${uri} ${release} ${component}`);
  return [...new Set(lines)];
}

/** Debian and its updates, as far as this machine knows them. */
export async function debianSources(): Promise<string[]> {
  const format = '$(REPO_URI)\t$(RELEASE)\t$(COMPONENT)';
  // As configured: without the option apt tells only what it has lists of, which on a fresh machine is nothing.
  const asConfigured = ['-o', 'APT::Get::IndexTargets::ReleaseInfo=false'];
  const argv = ['apt-get', ...asConfigured, 'indextargets', '--format', format, 'Created-By: Packages'];
  const lines = sourceLines((await run("read this machine's apt sources", argv)).stdout);
  if (lines.length > 0) return lines;
  throw new LabError(
    `this machine's apt configuration has no source for Debian ${RELEASE}, of which the hosts are made\n` +
      `next: add one (deb [signed-by=${KEYRING}] MIRROR ${RELEASE} main) to /etc/apt/sources.list.d, then run apt-get update`,
  );
}

/** Old snapshots of Debian stay usable where the machine's own apt says that they may. */
export async function aptOptions(): Promise<string[]> {
  const { stdout } = await run("read this machine's apt options", ['apt-config', 'dump', '--format', '%f "%v";%n']);
  return stdout
    .split('\n')
    .filter((line) => /^Acquire::(Check-Valid-Until|Check-Date|https?::Proxy|Retries) /i.test(line));
}
