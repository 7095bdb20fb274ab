import { createHash } from 'node:crypto';

export interface Digest {
  readonly hex: string;
  /** As registries write it: `sha256:` and the hex digits. */
  readonly text: string;
}

export const fromHex = (hex: string): Digest => ({ hex, text: `sha256:${hex}` });

export const digestOf = (content: string | Buffer): Digest =>
  fromHex(createHash('sha256').update(content).digest('hex'));
