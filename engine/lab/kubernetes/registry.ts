import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from './digest.ts';
import { writeLayer } from './layer.ts';
import { configBytes, descriptor, manifestBytes, mediaTypes } from './manifest.ts';

export interface Image {
  readonly name: string;
  readonly tag: string;
  readonly architecture: string;
  readonly epoch: number;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
}

/**
 * Adds one image, a single layer with the folder's files, to a tree whose paths are those of the distribution API. Any
 * static HTTP server over it is a registry to pull from.
 */
export async function addImage(tree: string, root: string, image: Image): Promise<void> {
  const repository = join(tree, 'v2', image.name);
  const blob = (digest: string) => join(repository, 'blobs', digest);
  await mkdir(join(repository, 'blobs'), { recursive: true });
  await mkdir(join(repository, 'manifests'), { recursive: true });

  const unnamed = blob('layer.partial');
  const { layer, diffId } = await writeLayer(root, unnamed, image.epoch);
  await rm(blob(layer.digest), { force: true });
  await rename(unnamed, blob(layer.digest));

  const config = configBytes({ ...image, created: image.epoch, diffId });
  const configDescriptor = descriptor(mediaTypes.config, config);
  await writeFile(blob(configDescriptor.digest), config);

  const manifest = manifestBytes(configDescriptor, [layer]);
  for (const reference of [digestOf(manifest).text, image.tag])
    await writeFile(join(repository, 'manifests', reference), manifest);
}
