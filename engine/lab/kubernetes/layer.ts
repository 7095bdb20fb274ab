import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { fromHex } from './digest.ts';
import { type Descriptor, mediaTypes } from './manifest.ts';

/** A file of an image's layer, and how manifests and configurations speak of it. */
export interface Layer {
  readonly file: string;
  readonly descriptor: Descriptor;
  /** The digest before compression. */
  readonly diffId: string;
}

/** Packs a folder as an image's layer: names in order, one time, root's, so that equal files give equal bytes. */
export async function writeLayer(root: string, file: string, epoch: number): Promise<Layer> {
  const options = ['--sort=name', `--mtime=@${epoch}`, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  const tar = spawn('tar', [...options, '-C', root, '-cf', '-', '.'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LANG: 'C' },
  });
  let complaint = '';
  tar.stderr.on('data', (data: Buffer) => {
    complaint += data.toString();
  });
  const plain = createHash('sha256');
  const packed = createHash('sha256');
  let size = 0;
  const beforeCompression = new PassThrough().on('data', (data: Buffer) => plain.update(data));
  const afterCompression = new PassThrough().on('data', (data: Buffer) => {
    packed.update(data);
    size += data.length;
  });
  const ended = once(tar, 'close');
  await pipeline(tar.stdout, beforeCompression, createGzip({ level: 4 }), afterCompression, createWriteStream(file));
  const [code] = await ended;
  if (code !== 0) throw new Error(`tar of ${root} failed with exit code ${code}: ${complaint.trim()}`);
  const digest = fromHex(packed.digest('hex')).text;
  return { file, descriptor: { mediaType: mediaTypes.layer, size, digest }, diffId: fromHex(plain.digest('hex')).text };
}
