import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RELEASE } from '../recipe.ts';
import { aptOptions, debianSources } from '../sources.ts';
import { type CacheOptions, cached } from './cached.ts';
import { digestOf } from './digest.ts';
import { EPOCH, LAYERS, type LayerName, TOOLS, TOOLS_LINKS } from './images.ts';
import { type Layer, writeLayer } from './layer.ts';
import type { Programs } from './packages.ts';
import type { Run } from './run.ts';

/** Of Debian's packages an image needs the programs and the libraries, not the manuals, users and boot files. */
const kept = ['bin', 'lib', 'lib64', 'sbin', 'usr'];
const keptInUsr = ['bin', 'lib', 'lib32', 'lib64', 'libx32', 'sbin'];

export const toolsRecipe = [RELEASE, TOOLS, TOOLS_LINKS, kept, keptInUsr, EPOCH];

/** Debian's layer: the same for every release of Kubernetes, so it is kept beside the compiled programs. */
export async function toolsLayer(run: Run, folder: string, options: CacheOptions): Promise<Layer> {
  const name = `tools-${digestOf(JSON.stringify(toolsRecipe)).hex.slice(0, 12)}`;
  const made = await cached(join(folder, name), options, async (partial) => {
    const root = join(partial, 'root');
    const apt = (await aptOptions()).map((line) => `--aptopt=${line}`);
    const extract = ['--mode=root', '--variant=extract', `--include=${TOOLS.join(',')}`];
    await run(['mmdebstrap', ...apt, ...extract, RELEASE, root, ...(await debianSources())]);
    await removeOthers(root, kept);
    await removeOthers(join(root, 'usr'), keptInUsr);
    for (const [path, target] of Object.entries(TOOLS_LINKS)) await putLink(join(root, path), target);
    await finish(run, root);
    const { file: _, ...layer } = await writeLayer(root, join(partial, 'layer'), EPOCH);
    await writeFile(join(partial, 'layer.json'), JSON.stringify(layer));
    await rm(root, { recursive: true });
  });
  return { ...JSON.parse(await readFile(join(made, 'layer.json'), 'utf8')), file: join(made, 'layer') };
}

export async function programLayer(
  run: Run,
  name: Exclude<LayerName, 'tools'>,
  programs: Programs,
  folder: string,
): Promise<Layer> {
  const root = join(folder, `layer-${name}`);
  for (const [path, entry] of Object.entries(LAYERS[name])) {
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    if ('link' in entry) await symlink(entry.link, target);
    else await copyFile(programs(...entry), target);
  }
  await finish(run, root);
  const layer = await writeLayer(root, join(folder, `${name}.layer`), EPOCH);
  await rm(root, { recursive: true });
  return layer;
}

async function finish(run: Run, root: string): Promise<void> {
  await run(['chmod', '-R', 'u=rwX,go=rX', root]); // whatever the umask is
  await mkdir(join(root, 'tmp'), { recursive: true });
  await chmod(join(root, 'tmp'), 0o1777);
}

async function putLink(path: string, target: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await symlink(target, path);
}

async function removeOthers(folder: string, names: readonly string[]): Promise<void> {
  for (const name of await readdir(folder))
    if (!names.includes(name)) await rm(join(folder, name), { recursive: true });
}
