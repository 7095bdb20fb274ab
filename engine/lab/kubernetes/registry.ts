import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from './digest.ts';
import type { Layer } from './layer.ts';
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
 * Adds one image of these layers, the lowest first, to a tree whose paths are those of the distribution API. Any static
 * HTTP server over it is a registry to pull from. The layers' files are linked, not copied.
 */
export async function addImage(tree: string, layers: readonly Layer[], image: Image): Promise<void> {
  const repository = join(tree, 'v2', image.name);
  const blob = (digest: string) => join(repository, 'blobs', digest);
  await mkdir(join(repository, 'blobs'), { recursive: true });
  await mkdir(join(repository, 'manifests'), { recursive: true });
  for (const layer of layers) {
    await rm(blob(layer.descriptor.digest), { force: true });
    await link(layer.file, blob(layer.descriptor.digest));
  }
  const diffIds = layers.map(({ diffId }) => diffId);
  const config = configBytes({ ...image, created: image.epoch, diffIds });
  const configDescriptor = descriptor(mediaTypes.config, config);
  await writeFile(blob(configDescriptor.digest), config);
  const manifest = manifestBytes(
    configDescriptor,
    layers.map((layer) => layer.descriptor),
  );
  for (const reference of [digestOf(manifest).text, image.tag])
    await writeFile(join(repository, 'manifests', reference), manifest);
}
