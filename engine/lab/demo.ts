import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

export const DEMO = 'tsplay-demo';
export const DEMO_VERSIONS = ['1.0', '2.0'] as const;

/** A package in two versions, with a configuration file and a service: for upgrades, holds and pins. */
export async function buildDemo(pool: string): Promise<void> {
  const base = await mkdtemp(join(tmpdir(), 'tsplay-demo-'));
  try {
    for (const version of DEMO_VERSIONS) {
      const root = join(base, version);
      for (const [path, content] of Object.entries(files(version))) {
        await mkdir(join(root, path, '..'), { recursive: true, mode: 0o755 });
        await writeFile(join(root, path), content, { mode: 0o644 });
      }
      const deb = join(pool, `${DEMO}_${version}_all.deb`);
      await run('build a test package', ['dpkg-deb', '--root-owner-group', '--build', root, deb]);
    }
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

const files = (version: string): Record<string, string> => ({
  'DEBIAN/control': `Package: ${DEMO}
Version: ${version}
Architecture: all
Maintainer: tsplay <tsplay@localhost>
Section: misc
Priority: optional
Description: a package for tests, in two versions
 It holds a configuration file and a service that does nothing.
`,
  'DEBIAN/conffiles': `/etc/${DEMO}.conf\n`,
  [`etc/${DEMO}.conf`]: `# ${DEMO}\nversion = ${version}\n`,
  [`usr/share/${DEMO}/version`]: `${version}\n`,
  [`usr/lib/systemd/system/${DEMO}.service`]: `[Unit]
Description=Does nothing, for tests

[Service]
ExecStart=/usr/bin/sleep infinity
ExecReload=/bin/kill -HUP $MAINPID

[Install]
WantedBy=multi-user.target
`,
});
