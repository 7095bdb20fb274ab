import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { digestOf } from './digest.ts';
import type { Descriptor } from './manifest.ts';

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Reads a whole registry tree back as a client would, and throws at the first thing that does not hold together. */
export async function verifyTree(tree: string): Promise<void> {
  const folders = (await readdir(tree, { recursive: true })).filter((path) => basename(path) === 'manifests');
  if (folders.length === 0) throw new Error(`${tree} has no image`);
  for (const folder of folders)
    for (const reference of await readdir(join(tree, folder))) await verifyManifest(join(tree, folder, reference));
}

async function verifyManifest(file: string): Promise<void> {
  const content = await readFile(file);
  const digest = digestOf(content).text;
  const reference = basename(file);
  if (reference.startsWith('sha256:')) same(`the digest of ${file}`, reference, digest);
  else same(`${file} under its digest`, content.toString(), await readFile(join(dirname(file), digest), 'utf8'));

  const { config, layers }: Manifest = JSON.parse(content.toString());
  const blob = ({ digest: name }: Descriptor) => join(dirname(file), '..', 'blobs', name);
  const configContent = await readFile(blob(config));
  const { rootfs }: { rootfs: { diff_ids: string[] } } = JSON.parse(configContent.toString());
  same(`the number of layers of ${file}`, rootfs.diff_ids.length, layers.length);
  for (const part of [config, ...layers]) {
    same(`the size of ${blob(part)}`, part.size, (await stat(blob(part))).size);
    same(`the digest of ${blob(part)}`, part.digest, await digestOfFile(blob(part)));
  }
  for (const [index, layer] of layers.entries())
    same(
      `the digest of the unpacked ${blob(layer)}`,
      rootfs.diff_ids[index],
      await digestOfFile(blob(layer), 'unpacked'),
    );
}

async function digestOfFile(file: string, form: 'as it is' | 'unpacked' = 'as it is'): Promise<string> {
  const hash = createHash('sha256');
  if (form === 'unpacked') await pipeline(createReadStream(file), createGunzip(), hash);
  else await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}

function same<T>(what: string, stated: T, found: T): void {
  if (stated !== found) throw new Error(`${what}: ${String(stated)} is stated, ${String(found)} is found`);
}
