import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { answer, below, type Folders, sendFile } from './static.ts';

/** The read half of the OCI distribution API, over folders whose paths are those of the API: one a version of Kubernetes. */
export async function serveRegistry(
  folders: Folders,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405);
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  response.setHeader('Docker-Distribution-Api-Version', 'registry/2.0');
  if (/^\/v2\/?$/.test(path)) return answer(response, 200, '{}');
  const trees = await readdir(folders.registry).catch(() => []);
  const file = trees
    .map((tree) => below(join(folders.registry, tree), path))
    .find((place) => place && existsSync(place));
  if (path.includes('/blobs/'))
    return sendFile(request, response, file, { 'Docker-Content-Digest': path.split('/').at(-1) ?? '' });
  if (!path.includes('/manifests/') || !file) return answer(response, 404);
  const manifest = await readFile(file).catch(() => undefined);
  if (!manifest) return notFound(response);
  return sendFile(request, response, file, manifestHeaders(manifest));
}

/** A manifest contains its own media type; its digest is over its exact bytes. */
export function manifestHeaders(manifest: Buffer): Record<string, string> {
  const { mediaType }: { mediaType?: string } = JSON.parse(manifest.toString());
  return {
    'Content-Type': mediaType ?? 'application/vnd.oci.image.manifest.v1+json',
    'Docker-Content-Digest': `sha256:${createHash('sha256').update(manifest).digest('hex')}`,
  };
}

function notFound(response: ServerResponse): void {
  const body = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] });
  response.writeHead(404, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body);
}
