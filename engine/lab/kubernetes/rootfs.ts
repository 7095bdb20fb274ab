import { chmod, cp, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeRoot } from './debian.ts';
import type { ImageRecipe } from './images.ts';
import type { Run } from './run.ts';

/** Of Debian's packages an image needs the programs and the libraries, not the manuals, users and boot files. */
const kept = ['bin', 'lib', 'lib64', 'sbin', 'usr'];
const keptInUsr = ['bin', 'lib', 'lib32', 'lib64', 'libx32', 'local', 'sbin'];

/** Lays out the files of an image in a folder. */
export async function makeRootfs(run: Run, root: string, binaries: string, image: ImageRecipe): Promise<void> {
  await mkdir(root, { recursive: true });
  if (image.packages) {
    await makeRoot(run, root, 'extract', image.packages);
    await removeOthers(root, kept);
    await removeOthers(join(root, 'usr'), keptInUsr);
  }
  for (const [path, name] of Object.entries(image.files ?? {})) await cp(join(binaries, name), join(root, path));
  for (const [path, target] of Object.entries({
    ...image.links,
    ...(image.busybox && (await busyboxLinks(run, root))),
  })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await symlink(target, join(root, path));
  }
  await run(['chmod', '-R', 'u=rwX,go=rX', root]);
  await mkdir(join(root, 'tmp'));
  await chmod(join(root, 'tmp'), 0o1777);
}

async function removeOthers(folder: string, names: readonly string[]): Promise<void> {
  for (const name of await readdir(folder))
    if (!names.includes(name)) await rm(join(folder, name), { recursive: true });
}

async function busyboxLinks(run: Run, root: string): Promise<Record<string, string>> {
  const names = (await run([join(root, 'bin/busybox'), '--list']))
    .split('\n')
    .filter((name) => name !== '' && name !== 'busybox');
  return Object.fromEntries(names.map((name) => [`bin/${name}`, 'busybox']));
}
