import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { indexModules, moduleFiles } from './kernel-modules.ts';
import { ensurePassword, ensureSshKey, publicKey } from './keys.ts';
import { GATEWAY } from './names.ts';
import { labPaths } from './paths.ts';
import { RELEASE } from './recipe.ts';
import type { LabOptions } from './types.ts';

interface SeedFile {
  readonly path: string;
  readonly content: string;
  readonly mode?: number;
  readonly owner?: number;
  readonly group?: number;
}

/** The lab users' home folders, with the owners that they have in the image. */
const HOMES = [
  { path: 'root', owner: 0, group: 0 },
  { path: 'home/debian', owner: 1000, group: 1000 },
  { path: 'home/operator', owner: 1001, group: 37 },
] as const;

export const DEBIAN_KEYRING = '/usr/share/keyrings/tsplay-lab.asc';

const SOURCES = `Types: deb
URIs: http://${GATEWAY}/debian
Suites: ${RELEASE}
Components: main
Signed-By: ${DEBIAN_KEYRING}
`;

export const withPassword = (shadow: string, user: string, hash: string): string =>
  shadow.replace(new RegExp(`^${user}:[^:]*:`, 'm'), () => `${user}:${hash}:`);

/**
 * A layer with this lab's keys, between the image and the hosts' own layers. The hosts' writable layers start empty, so
 * that they contain only what a run has done. Never changed once it exists, since running hosts use it.
 */
export async function ensureSeed(options: LabOptions, image: string): Promise<string> {
  const files = await seedFiles(options, image);
  const digest = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  const seed = join(labPaths(options).seeds, digest);
  if (existsSync(seed)) return seed;
  const partial = `${seed}.partial`;
  await rm(partial, { recursive: true, force: true });
  for (const { path, owner, group } of HOMES) {
    await privateFolder(join(partial, path), owner, group);
    await privateFolder(join(partial, path, '.ssh'), owner, group);
  }
  for (const file of files) await write(partial, file);
  await indexModules(partial);
  await rename(partial, seed);
  return seed;
}

async function seedFiles(options: LabOptions, image: string): Promise<SeedFile[]> {
  const key = await ensureSshKey(options);
  const shadow = await readFile(join(image, 'etc/shadow'), 'utf8');
  const modules = [...(await moduleFiles())].map(([path, content]) => ({ path, content }));
  return [
    ...HOMES.map(({ path, owner, group }) => ({
      path: `${path}/.ssh/authorized_keys`,
      content: key,
      mode: 0o600,
      owner,
      group,
    })),
    // In Debian, /etc/shadow belongs to group 42, `shadow`.
    {
      path: 'etc/shadow',
      content: withPassword(shadow, 'operator', await ensurePassword(options)),
      mode: 0o640,
      group: 42,
    },
    { path: DEBIAN_KEYRING.slice(1), content: await publicKey(options, 'debian') },
    { path: 'etc/apt/sources.list.d/debian.sources', content: SOURCES },
    { path: 'etc/resolv.conf', content: `nameserver ${GATEWAY}\n` },
    ...modules,
  ];
}

async function privateFolder(path: string, owner: number, group: number): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  await chmod(path, 0o700);
  await chown(path, owner, group);
}

async function write(root: string, { path, content, mode = 0o644, owner = 0, group = 0 }: SeedFile): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true, mode: 0o755 });
  await writeFile(file, content);
  await chmod(file, mode);
  await chown(file, owner, group);
}
