import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { serveRegistry } from './registry.ts';
import { answer, type Folders, serveWww } from './static.ts';

/**
 * The lab's HTTP server, a separate program inside the lab's network: packages and files on port 80, images on port 5000.
 * Its only argument: the folders and the address, as JSON.
 */
const settings: Folders & { address: string } = JSON.parse(process.argv[2] ?? '{}');
const { address, ...folders } = settings;

type Serve = (folders: Folders, request: IncomingMessage, response: ServerResponse) => Promise<void>;

function listen(port: number, serve: Serve): void {
  const server = createServer((request, response) => {
    request.resume();
    serve(folders, request, response).catch((error: unknown) => {
      console.error(`${request.method} ${request.url}: ${error instanceof Error ? error.message : String(error)}`);
      if (response.headersSent) response.destroy();
      else answer(response, 500);
    });
  });
  server.keepAliveTimeout = 30_000;
  server.on('error', (error) => {
    console.error(`cannot listen on ${address}:${port}: ${error.message}`);
    process.exitCode = 1;
  });
  server.listen(port, address);
}

listen(80, serveWww);
listen(5000, serveRegistry);
