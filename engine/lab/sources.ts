import { RELEASE } from './recipe.ts';
import { LabError, run } from './run.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** This machine's apt source lines for the hosts' release: the project names no mirror. */
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

/** The sources of Debian and its updates that are configured on this machine. */
export async function debianSources(): Promise<string[]> {
  const format = '$(REPO_URI)\t$(RELEASE)\t$(COMPONENT)';
  // Without this option apt lists only sources whose indexes it has downloaded: none on a fresh machine.
  const asConfigured = ['-o', 'APT::Get::IndexTargets::ReleaseInfo=false'];
  const argv = ['apt-get', ...asConfigured, 'indextargets', '--format', format, 'Created-By: Packages'];
  const lines = sourceLines((await run("read this machine's apt sources", argv)).stdout);
  if (lines.length > 0) return lines;
  throw new LabError(
    `this machine's apt configuration has no source for Debian ${RELEASE}, which the hosts are built from\n` +
      `next: add one (deb [signed-by=${KEYRING}] MIRROR ${RELEASE} main) to /etc/apt/sources.list.d, then run apt-get update`,
  );
}

/** apt options of this machine that the hosts' image needs too, such as those that allow old snapshots. */
export async function aptOptions(): Promise<string[]> {
  const { stdout } = await run("read this machine's apt options", ['apt-config', 'dump', '--format', '%f "%v";%n']);
  return stdout
    .split('\n')
    .filter((line) => /^Acquire::(Check-Valid-Until|Check-Date|https?::Proxy|Retries) /i.test(line));
}
