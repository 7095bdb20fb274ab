import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isOpen, passwordsIn, printed } from '../../modules/commands/curl.ts';
import { type HttpRequest, httpAnswer, httpScript, parseAnswer } from '../../modules/commands/http.ts';
import { uri } from '../../modules/commands/uri.ts';
import { downloadScript, urlDigest } from '../../modules/files/download.ts';

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('requests from a host', () => {
  const servers: Server[] = [];
  let sent: (Sent & { readonly server: number })[] = [];
  let folder: string;
  let ports: number[];
  const will = { owner: String(process.getuid?.()), group: String(process.getgid?.()), mode: '0640' };

  before(async () => {
    for (const server of [0, 1]) {
      servers[server] = createServer((asked, response) => {
        const { method = '', url = '', headers } = asked;
        let body = '';
        asked.on('data', (chunk: Buffer) => (body += chunk.toString()));
        asked.on('end', () => {
          sent.push({ server, method, url, headers, body });
          const to = url === '/circle' ? url : new URL(url, 'http://x').searchParams.get('to');
          if (to === null) response.end(`text of ${server}\n`);
          else response.writeHead(302, { location: to }).end('moved\n');
        });
      });
      await new Promise<void>((done) => servers[server]!.listen(0, '127.0.0.1', done));
    }
    ports = servers.map((server) => (server.address() as AddressInfo).port);
  });
  after(() => servers.forEach((server) => server.close()));
  beforeEach(() => {
    sent = [];
    folder = mkdtempSync(join(tmpdir(), 'tsplay-curl-'));
    // Programs that write down their words, then do their work.
    mkdirSync(join(folder, 'bin'));
    for (const name of ['curl', 'wget']) {
      writeFileSync(
        join(folder, 'bin', name),
        `#!/bin/sh\nprintf '%s\\n' "$0" "$@" >>${folder}/words\nPATH=\${PATH#*:} exec ${name} "$@"\n`,
      );
      chmodSync(join(folder, 'bin', name), 0o755);
    }
    writeFileSync(join(folder, '.curlrc'), 'header = "X-Config: read"\n');
    writeFileSync(join(folder, '.wgetrc'), 'header = X-Config: read\n');
    writeFileSync(join(folder, '.netrc'), 'machine 127.0.0.1 login me password of-netrc\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (script: string, without?: 'curl') => {
    const hidden = without ? 'command() { case "$*" in *curl*) return 1 ;; esac; [ -x "/usr/bin/$2" ]; }\n' : '';
    const child = spawn('/bin/sh', ['-c', hidden + script], {
      env: { ...process.env, HOME: folder, PATH: `${folder}/bin:${process.env['PATH']}` },
    });
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk: Buffer) => (out[name] += chunk.toString()));
    child.stdin.end();
    return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) =>
      child.on('close', (code) => resolve({ code: code ?? 1, ...out })),
    );
  };
  const words = (): string => readFileSync(join(folder, 'words'), 'utf8');
  const ask = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
    url,
    method: 'GET',
    headers: {},
    validateCerts: true,
    seconds: 10,
    ...more,
  });
  const at = (server: number): string => `http://127.0.0.1:${ports[server]}`;
  const download = (url: string, headers: Record<string, string> = {}): string =>
    downloadScript({ url, path: join(folder, 'f'), headers, will });

  const odd = '/q{a,b}[1-3]?query=up{job="x"}&x=[1]';
  const ways: readonly [string, (url: string) => string][] = [
    ['uri', (url) => httpScript(ask(url))],
    ['uri with a header', (url) => httpScript(ask(url, { headers: { 'X-A': 'b' } }))],
    ['uri that posts', (url) => httpScript(ask(url, { method: 'POST', body: 'b' }))],
    ['get_url', (url) => download(url)],
    ['get_url with a header', (url) => download(url, { 'X-A': 'b' })],
    ['a comparison', (url) => urlDigest(url).script],
    ['a key', (url) => printed(url, { seconds: 60, apt: true })],
  ];
  for (const [title, script] of ways)
    for (const without of [undefined, 'curl'] as const) {
      if (without && (title.includes('header') || title.includes('posts'))) continue;
      it(`${title} sends an address as it is, once, and shows it to nobody${without ? ', with wget' : ''}`, async () => {
        const secret = `http://me:pass-word@127.0.0.1:${ports[0]}${odd}`;
        expect((await run(script(secret), without)).code, 'exit code').to.equal(0);
        // wget encodes what it must not send.
        const urls = sent
          .map(({ url }) => (without ? decodeURIComponent(url) : url))
          .filter((_, i) => i === sent.length - 1);
        expect(urls).to.deep.equal([odd]);
        expect(sent.length).to.equal(without ? sent.length : 1);
        expect(sent.at(-1)!.headers['x-config'], 'configuration of the user').to.equal(undefined);
        expect(words()).not.to.match(/pass-word|query|127\.0\.0\.1/);
      });
    }

  const secrets = { Authorization: 'Bearer t', 'PRIVATE-TOKEN': 's', Cookie: 'c=d', 'X-Api-Key': 'k"\\' };
  const names = Object.keys(secrets).map((name) => name.toLowerCase());
  for (const [title, script] of [
    ['uri', (url: string) => httpScript(ask(url, { headers: secrets }))],
    ['get_url', (url: string) => download(url, secrets)],
  ] as const) {
    it(`${title} takes no header to another server`, async () => {
      const out = await run(script(`${at(0)}/a?to=${at(1)}/b`));
      expect(
        sent.map(({ server, headers }) => [server, names.filter((name) => headers[name] !== undefined)]),
      ).to.deep.equal([
        [0, names],
        [1, []],
      ]);
      expect(sent[0]!.headers['x-api-key']).to.equal('k"\\');
      if (title === 'uri')
        expect(parseAnswer(out)).to.deep.include({ status: 200, content: 'text of 1\n', problem: '' });
      else expect(readFileSync(join(folder, 'f'), 'utf8')).to.equal('text of 1\n');
      expect(words()).not.to.match(/Bearer|to=/);
    });
    it(`${title} keeps its headers on the same server`, async () => {
      await run(script(`${at(0)}/a?to=/b`));
      expect(sent.map(({ server, url, headers }) => [server, url, headers['private-token']])).to.deep.equal([
        [0, '/a?to=/b', 's'],
        [0, '/b', 's'],
      ]);
    });
    it(`${title} does not follow a circle`, async () => {
      const { code, stdout } = await run(script(`${at(0)}/circle`));
      expect(sent.length).to.equal(11);
      expect(title === 'uri' ? parseAnswer({ code, stdout, stderr: '' }).status : code).not.to.equal(
        title === 'uri' ? 200 : 0,
      );
    });
    it(`${title} reads no file where a server says so`, async () => {
      const out = await run(script(`${at(0)}/a?to=file:///etc/hostname`));
      expect(out.stdout).not.to.include(readFileSync('/etc/hostname', 'utf8').trim());
    });
  }

  it('a body that begins with @ is a body', async () => {
    await run(httpScript(ask(at(0), { method: 'POST', body: '@/etc/hostname' })));
    expect(sent.map(({ body }) => body)).to.deep.equal(['@/etc/hostname']);
  });
  it('an empty header is sent', async () => {
    await run(httpScript(ask(at(0), { headers: { 'X-Empty': '' } })));
    expect(sent[0]!.headers['x-empty']).to.equal('');
  });
  it('a CA file that is missing is not a missing curl', async () => {
    const out = await run(httpScript(ask(`https://127.0.0.1:${ports[0]}/`, { caFile: '/none' })));
    expect(parseAnswer(out).status).to.equal(0);
  });
  it('two requests are one observation only if they are the same', () => {
    const key = (more: Partial<HttpRequest>): string => httpAnswer(ask('http://x/', more)).key;
    const all = [
      {},
      { headers: { A: 'b' } },
      { headers: { A: 'c' } },
      { validateCerts: false },
      { caFile: '/a' },
      { clientKey: '/a' },
    ];
    expect(new Set(all.map(key)).size).to.equal(all.length);
  });
  it('a password in an address is known', () => {
    expect(passwordsIn('http://me:p%40ss@x/')).to.deep.equal(['p%40ss', 'p@ss']);
    expect(passwordsIn('http://x/a:b@c')).to.deep.equal([]);
    for (const url of ['http://x/?a', 'http://me@x/', 'ftp://a:b@x/']) expect(isOpen(url), url).to.equal(false);
    expect(isOpen('http://x/a@b')).to.equal(true);
  });
  it('a header cannot become two, and no name is a file', () => {
    const { propertyNames, additionalProperties } = uri.args.properties!['headers'] as unknown as {
      propertyNames: { pattern: string };
      additionalProperties: { format: string };
    };
    for (const name of ['@/etc/shadow', 'a b', 'a:b', 'a\nb', ''])
      expect(name).not.to.match(new RegExp(propertyNames.pattern));
    expect(additionalProperties.format).to.equal('line');
  });
});
