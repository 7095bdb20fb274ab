import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, below, sendFile } from './static.ts';

export interface Folders {
  readonly repository: string;
  readonly files: string;
  readonly registry: string;
}

/** Packages, files for tests, and `/status/NNN`, which answers what it is asked to. */
export async function serveWww(folders: Folders, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const status = /^\/status\/([2-5]\d\d)$/.exec(path);
  if (status) return answer(response, Number(status[1]));
  if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405);
  if (path.startsWith('/files/')) return sendFile(request, response, below(folders.files, path.slice('/files'.length)));
  return sendFile(request, response, below(folders.repository, path));
}
