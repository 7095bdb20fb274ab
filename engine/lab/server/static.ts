import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream';

export interface Folders {
  readonly repository: string;
  readonly files: string;
  readonly registry: string;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The part of a file that a Range header requests: undefined for the whole file, 'none' for a part outside it. */
export function parseRange(header: string | undefined, size: number): Range | 'none' | undefined {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!asked || (asked[1] === '' && asked[2] === '')) return undefined;
  const start = asked[1] === '' ? Math.max(0, size - Number(asked[2])) : Number(asked[1]);
  const end = asked[1] === '' || asked[2] === '' ? size - 1 : Math.min(Number(asked[2]), size - 1);
  return start > end || start >= size ? 'none' : { start, end };
}

/** The file below a folder that a request's path names; undefined for a path that leads out of it. */
export function below(folder: string, path: string): string | undefined {
  let name: string;
  try {
    name = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  return name.includes('\0') || name.split('/').includes('..') ? undefined : join(folder, name);
}

/** Packages, files for tests, and `/status/NNN`, which answers with that status. */
export async function serveWww(folders: Folders, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const status = /^\/status\/([2-5]\d\d)$/.exec(path);
  if (status) return answer(response, Number(status[1]));
  if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405);
  if (path.startsWith('/files/')) return sendFile(request, response, below(folders.files, path.slice('/files'.length)));
  return sendFile(request, response, below(folders.repository, path));
}

/** Answers a GET or HEAD for one file: all of it, a part of it, or "not modified". */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: string | undefined,
  headers: Record<string, string> = {},
): Promise<void> {
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  if (!file || !found?.isFile()) return answer(response, 404);
  const modified = new Date(Math.floor(found.mtimeMs / 1000) * 1000);
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  const common = { 'Last-Modified': modified.toUTCString(), 'Accept-Ranges': 'bytes', ...headers };
  if (modified.getTime() <= since) return void response.writeHead(304, common).end();
  // The client would append the part to a different version: then the whole file is sent.
  const ifRange = request.headers['if-range'];
  const same = !ifRange || Date.parse(String(ifRange)) === modified.getTime();
  const range = same ? parseRange(request.headers.range, found.size) : undefined;
  if (range === 'none') return void response.writeHead(416, { 'Content-Range': `bytes */${found.size}` }).end();
  const { start, end } = range ?? { start: 0, end: found.size - 1 };
  response.writeHead(range ? 206 : 200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': end - start + 1,
    ...common,
    ...(range && { 'Content-Range': `bytes ${start}-${end}/${found.size}` }),
  });
  if (request.method === 'HEAD' || found.size === 0) return void response.end();
  pipeline(createReadStream(file, { start, end }), response, () => {}); // an error closes the connection, which the client notices
}

export function answer(response: ServerResponse, status: number, body = ''): void {
  if (status === 204 || status === 304) return void response.writeHead(status).end();
  const text = body || `${status}\n`;
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
