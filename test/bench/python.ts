import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureImage } from '../../engine/lab/image.ts';
import { download } from '../../engine/lab/packages.ts';
import { run } from '../../engine/lab/run.ts';
import type { LabOptions } from '../../engine/lab/types.ts';

/**
 * What Ansible needs on the hosts, as an archive of Debian's packages. The lab's own mirror does not have them: on its
 * hosts nothing may find a Python by accident. Fetched once per image.
 */
export async function pythonArchive(options: LabOptions): Promise<string> {
  const image = await ensureImage(options);
  const archive = `${image.replace(/\/image\/([^/]+)$/, '/bench/python-$1')}.tar`;
  if (existsSync(archive)) return archive;
  const folder = `${archive}.partial`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'partial'), { recursive: true });
  try {
    await download(options, image, folder, ['python3', 'python3-apt']);
    const debs = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
    const argv = ['tar', '-cf', join(folder, 'all'), '-C', folder, ...debs];
    await run("pack Python's packages", argv);
    await rename(join(folder, 'all'), archive);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return archive;
}
