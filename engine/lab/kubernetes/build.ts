import { existsSync } from 'node:fs';
import { link, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { architecture } from '../image.ts';
import { LabError } from '../run.ts';
import { step } from '../step.ts';
import { type CacheOptions, cached } from './cached.ts';
import { compileAll, componentName } from './compile.ts';
import { componentsOf } from './components.ts';
import { buildDeb } from './deb.ts';
import { digestOf } from './digest.ts';
import { buildFolders } from './folders.ts';
import { EPOCH, imagesOf, LAYERS, type LayerName } from './images.ts';
import type { Layer } from './layer.ts';
import { programLayer, toolsLayer, toolsRecipe } from './layers.ts';
import { containerdPackage, kubernetesPackages, type Programs } from './packages.ts';
import { addImage } from './registry.ts';
import { checkRoom } from './room.ts';
import { createRun, type Run } from './run.ts';
import { verifyTree } from './verify.ts';
import { type Release, releaseOf } from './versions.ts';

export interface BuildOptions extends CacheOptions {
  /** An absolute path; everything goes below `go` and `kubernetes` in it. */
  readonly cache: string;
}

/** A Kubernetes for the lab's hosts, with all that belongs to it. */
export interface Build {
  readonly release: Release;
  /** Folders of .deb files. */
  readonly kubernetesDebs: string;
  readonly containerdDebs: string;
  /** The folder of a registry's files: a static HTTP server over it is one. */
  readonly images: string;
  readonly coredns: string;
  readonly flannelManifest: string;
}

/** The build of this version, if the cache has it. */
export async function findBuild(cache: string, version: string): Promise<Build | undefined> {
  const { build, folder } = await describe(cache, version);
  return existsSync(folder) ? build : undefined;
}

/** Packages and images of one version, compiled from Go modules once and kept in the cache. */
export async function buildKubernetes(options: BuildOptions, version: string): Promise<Build> {
  const { build, folder, cpu, components } = await describe(options.cache, version);
  if (existsSync(folder)) return build;
  const { log, components: compiled } = buildFolders(options.cache);
  const run = createRun(log, options.signal);
  await checkRoom(run, options.cache);
  const title = `Kubernetes ${version}`;
  const names = new Map(
    await Promise.all(components.map(async (one) => [one.name, await componentName(one, cpu)] as const)),
  );
  const programs: Programs = (component, program) => join(compiled, names.get(component) ?? component, program);
  await compileAll(components, { ...options, cpu, run, title });
  await cached(folder, options, (partial) =>
    step(options, `packages and images of ${title}`, () =>
      assemble(run, partial, build.release, programs, cpu, options),
    ),
  );
  await removeOthers(folder, version);
  return build;
}

/** What an older recipe has made of this version: nobody asks for it again. */
async function removeOthers(kept: string, version: string): Promise<void> {
  for (const name of await readdir(dirname(kept)))
    if (name.startsWith(`${version}-`) && !name.startsWith(basename(kept)))
      await rm(join(dirname(kept), name), { recursive: true, force: true });
}

async function describe(cache: string, version: string) {
  const release = releaseOf(version);
  const cpu = await architecture();
  const components = componentsOf(release);
  const names = await Promise.all(components.map((one) => componentName(one, cpu)));
  const placeless: Programs = (component, program) => `${component}/${program}`;
  const debs = [...kubernetesPackages(release, placeless), containerdPackage(placeless)];
  const recipe = [names, debs, imagesOf(release), LAYERS, toolsRecipe, cpu, 1];
  const digest = digestOf(JSON.stringify(recipe)).hex.slice(0, 12);
  const folder = join(buildFolders(cache).kubernetes, `${version}-${digest}`);
  const build: Build = {
    release,
    kubernetesDebs: join(folder, 'kubernetes'),
    containerdDebs: join(folder, 'containerd'),
    images: join(folder, 'images'),
    coredns: join(folder, 'coredns'),
    flannelManifest: join(folder, 'kube-flannel.yml'),
  };
  return { build, folder, cpu, components };
}

async function assemble(
  run: Run,
  partial: string,
  release: Release,
  programs: Programs,
  cpu: string,
  options: BuildOptions,
): Promise<void> {
  const images = join(partial, 'images');
  for (const folder of ['kubernetes', 'containerd', 'images']) await mkdir(join(partial, folder));
  for (const deb of kubernetesPackages(release, programs)) await buildDeb(run, deb, cpu, join(partial, 'kubernetes'));
  await buildDeb(run, containerdPackage(programs), cpu, join(partial, 'containerd'));
  const layers = new Map<LayerName, Layer>();
  layers.set('tools', await toolsLayer(run, buildFolders(options.cache).components, options));
  for (const name of Object.keys(LAYERS) as (keyof typeof LAYERS)[])
    layers.set(name, await programLayer(run, name, programs, partial));
  for (const image of imagesOf(release)) {
    const own = image.layers.flatMap((name) => layers.get(name) ?? []);
    await addImage(images, own, { ...image, architecture: cpu, epoch: EPOCH });
  }
  for (const name of await readdir(partial)) if (name.endsWith('.layer')) await rm(join(partial, name));
  await link(programs('coredns', 'coredns'), join(partial, 'coredns'));
  await link(programs('flannel', 'kube-flannel.yml'), join(partial, 'kube-flannel.yml'));
  await verifyTree(images);
  await checkAsked(run, partial, release, programs);
}

/** The images are those that this kubeadm asks for: the row of the release may be wrong about them. */
async function checkAsked(run: Run, partial: string, release: Release, programs: Programs): Promise<void> {
  const kubeadm = join(partial, 'kubeadm');
  await symlink(programs('kubernetes', 'kubernetes'), kubeadm);
  const version = `v${release.kubernetes}`;
  const text = await run([kubeadm, 'config', 'images', 'list', '--kubernetes-version', version]);
  await rm(kubeadm);
  const missing = text
    .trim()
    .split('\n')
    .map((image) => image.replace(/^registry\.k8s\.io\//, '').split(':'))
    .filter(([name = '', tag = '']) => !existsSync(join(partial, 'images/v2', name, 'manifests', tag)));
  if (missing.length === 0) return;
  throw new LabError(
    `kubeadm ${version} asks for images that were not made: ${missing.map((one) => one.join(':')).join(', ')}`,
  );
}
