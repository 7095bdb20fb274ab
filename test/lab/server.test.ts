import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { serveRegistry } from '../../engine/lab/server/registry.ts';
import { below, parseRange, serveWww } from '../../engine/lab/server/static.ts';

const ask = (server: Server, path: string, init?: RequestInit): Promise<Response> => {
  const at = server.address();
  return fetch(`http://127.0.0.1:${at !== null && typeof at === 'object' ? at.port : 0}${path}`, init);
};

describe("the lab's server", () => {
  let folder: string;
  let www: Server;
  let registry: Server;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tsplay-server-'));
    const folders = {
      repository: join(folder, 'repository'),
      files: join(folder, 'files'),
      registry: join(folder, 'registry'),
    };
    const manifests = join(folders.registry, '1.36.3/v2/pause/manifests');
    const others = join(folders.registry, '1.35.4/v2/pause/manifests');
    for (const path of [join(folders.repository, 'debian'), folders.files, manifests, others])
      await mkdir(path, { recursive: true });
    await writeFile(join(folders.repository, 'debian/a%3a1.deb'), 'package');
    await writeFile(join(folders.files, 'ten'), '0123456789');
    await utimes(join(folders.files, 'ten'), 1000, 1000.5);
    await writeFile(join(manifests, '3.2'), '{"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}');
    await writeFile(join(others, '3.1'), '{}');
    www = createServer((request, response) => void serveWww(folders, request, response)).listen(0, '127.0.0.1');
    registry = createServer((request, response) => void serveRegistry(folders, request, response)).listen(
      0,
      '127.0.0.1',
    );
  });

  after(async () => {
    for (const server of [www, registry]) server.close().closeAllConnections();
    await rm(folder, { recursive: true });
  });

  it('serves packages, whose names apt escapes once more', async () => {
    expect(await (await ask(www, '/debian/a%253a1.deb')).text()).to.equal('package');
  });

  it('serves files whole, in part and not at all when they have not changed', async () => {
    const whole = await ask(www, '/files/ten');
    expect(await whole.text()).to.equal('0123456789');
    const modified = whole.headers.get('last-modified') ?? '';
    expect((await ask(www, '/files/ten', { headers: { 'If-Modified-Since': modified } })).status).to.equal(304);
    const part = await ask(www, '/files/ten', { headers: { Range: 'bytes=2-4' } });
    expect([part.status, await part.text(), part.headers.get('content-range')]).to.deep.equal([
      206,
      '234',
      'bytes 2-4/10',
    ]);
    const head = await ask(www, '/files/ten', { method: 'HEAD' });
    expect([head.headers.get('content-length'), await head.text()]).to.deep.equal(['10', '']);
  });

  it('sends all of a file that is not the one whose part was asked for', async () => {
    const headers = { Range: 'bytes=2-4', 'If-Range': new Date(0).toUTCString() };
    expect((await ask(www, '/files/ten', { headers })).status).to.equal(200);
  });

  for (const [path, status] of [
    ['/files/none', 404],
    ['/files/', 404],
    ['/status/503', 503],
    ['/status/204', 204],
  ] as const)
    it(`answers ${path} with ${status}`, async () => expect((await ask(www, path)).status).to.equal(status));

  it('says what a manifest is and its digest', async () => {
    const { headers } = await ask(registry, '/v2/pause/manifests/3.2');
    expect(headers.get('content-type')).to.equal('application/vnd.docker.distribution.manifest.v2+json');
    expect(headers.get('docker-content-digest')).to.match(/^sha256:[0-9a-f]{64}$/);
    expect((await ask(registry, '/v2/')).status).to.equal(200);
    expect((await ask(registry, '/v2/pause/manifests/9')).status).to.equal(404);
    expect((await ask(registry, '/v2/pause/manifests/3.1')).status, 'of another version').to.equal(200);
  });

  it('never leaves its folder', () => {
    for (const path of ['/../etc/passwd', '/a/%2e%2e/%2e%2e/b', '/a%00b', '/%E0%A4%A'])
      expect(below('/srv', path)).to.equal(undefined);
    expect(below('/srv', '/a..b/c')).to.equal('/srv/a..b/c');
  });

  it('understands every form of range', () => {
    expect(parseRange('bytes=5-', 10)).to.deep.equal({ start: 5, end: 9 });
    expect(parseRange('bytes=-3', 10)).to.deep.equal({ start: 7, end: 9 });
    expect(parseRange('bytes=8-20', 10)).to.deep.equal({ start: 8, end: 9 });
    expect(parseRange('bytes=10-', 10)).to.equal('none');
    expect(parseRange('bytes=0-1,3-4', 10)).to.equal(undefined);
    expect(parseRange(undefined, 10)).to.equal(undefined);
  });
});
