import { digestOf } from './digest.ts';

/** A file of a registry, and how a manifest speaks of it. */
export interface Descriptor {
  readonly mediaType: string;
  readonly size: number;
  readonly digest: string;
}

export interface ImageConfig {
  readonly architecture: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** The digests of the layers before compression, the lowest first. */
  readonly diffIds: readonly string[];
}

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

export function configBytes({ architecture, created, entrypoint, command, diffIds }: ImageConfig): Buffer {
  const time = new Date(created * 1000).toISOString();
  return Buffer.from(
    JSON.stringify({
      created: time,
      architecture,
      os: 'linux',
      config: { Env: [path], ...(entrypoint && { Entrypoint: entrypoint }), ...(command && { Cmd: command }) },
      rootfs: { type: 'layers', diff_ids: diffIds },
      history: diffIds.map(() => ({ created: time, created_by: 'tsplay lab' })),
    }),
  );
}

export const descriptor = (mediaType: string, content: Buffer): Descriptor => ({
  mediaType,
  size: content.length,
  digest: digestOf(content).text,
});

export const manifestBytes = (config: Descriptor, layers: readonly Descriptor[]): Buffer =>
  Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers }));
