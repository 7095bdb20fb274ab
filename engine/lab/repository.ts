import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { architecture } from './image.ts';
import { publicKey, type SigningKey, sign } from './keys.ts';
import { FLANNEL, minorOf } from './kubernetes/versions.ts';
import { indexDebs } from './packages.ts';
import { labPaths } from './paths.ts';
import { RELEASE } from './recipe.ts';
import { run } from './run.ts';
import type { LabOptions } from './types.ts';

/** A repository like Debian's: a pool, and an index for the release. */
export async function publishDebian(options: LabOptions, packages: string): Promise<void> {
  const cpu = await architecture();
  await publish(options, 'debian', packages, async (folder) => {
    await symlink(join(packages, 'pool'), join(folder, 'pool'));
    const dist = join(folder, 'dists', RELEASE);
    await writeIndex(join(dist, 'main', `binary-${cpu}`), await readFile(join(packages, 'Packages'), 'utf8'));
    const fields = {
      Origin: 'Debian',
      Label: 'Debian',
      Suite: RELEASE,
      Codename: RELEASE,
      Architectures: cpu,
      Components: 'main',
    };
    await release(options, 'debian', dist, fields);
  });
}

/**
 * A flat repository like those of Kubernetes: one for each minor version, everything in one folder, with its key.
 * Its path here, like those of the others, is its address in the world: the lab is what the roles call a mirror.
 */
export async function publishKubernetes(options: LabOptions, version: string, debs: string): Promise<void> {
  const cpu = await architecture();
  await publish(options, `pkgs.k8s.io/core:/stable:/v${minorOf(version)}/deb`, debs, async (folder) => {
    await symlink(debs, join(folder, cpu));
    await writeIndex(folder, await indexDebs(folder, `${cpu}/`));
    const fields = { Origin: 'tsplay lab', Label: 'kubernetes', Suite: '/', Architectures: cpu };
    await release(options, 'kubernetes', folder, fields);
    const key = await publicKey(options, 'kubernetes');
    await writeFile(join(folder, 'Release.key'), key);
    await writeFile(labPaths(options).kubernetesKey, key);
  });
}

/** A repository like Docker's, where containerd.io comes from: its key is the file `gpg`. */
export async function publishContainerd(options: LabOptions, debs: string): Promise<void> {
  const cpu = await architecture();
  await publish(options, 'download.docker.com/linux/debian', debs, async (folder) => {
    await symlink(debs, join(folder, 'pool'));
    const dist = join(folder, 'dists', RELEASE);
    await writeIndex(join(dist, 'stable', `binary-${cpu}`), await indexDebs(folder, 'pool/'));
    const fields = {
      Origin: 'tsplay lab',
      Label: 'docker',
      Codename: RELEASE,
      Architectures: cpu,
      Components: 'stable',
    };
    await release(options, 'kubernetes', dist, fields);
    await writeFile(join(folder, 'gpg'), await publicKey(options, 'kubernetes'));
  });
}

/** flannel's manifest. */
export async function publishFlannel(options: LabOptions, manifest: string): Promise<void> {
  await publish(options, `github.com/flannel-io/flannel/releases/download/v${FLANNEL}`, manifest, async (folder) => {
    await copyFile(manifest, join(folder, 'kube-flannel.yml'));
  });
}

/** Builds the folder under another name and swaps it in, so that hosts never read a partial one. */
async function publish(
  options: LabOptions,
  name: string,
  source: string,
  make: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = join(labPaths(options).repository, name);
  const mark = join(folder, '.source');
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === source) return;
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o755 });
  await make(partial);
  await writeFile(join(partial, '.source'), source);
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
}

async function writeIndex(folder: string, packages: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await writeFile(join(folder, 'Packages'), packages);
  await writeFile(join(folder, 'Packages.gz'), gzipSync(packages));
}

async function release(
  options: LabOptions,
  key: SigningKey,
  folder: string,
  fields: Record<string, string>,
): Promise<void> {
  const settings = Object.entries(fields).flatMap(([name, value]) => [
    '-o',
    `APT::FTPArchive::Release::${name}=${value}`,
  ]);
  const { stdout } = await run('describe a repository', ['apt-ftparchive', ...settings, 'release', '.'], {
    cwd: folder,
  });
  const file = join(folder, 'Release');
  await writeFile(file, stdout);
  await sign(options, key, file, folder);
}
