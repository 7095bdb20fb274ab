import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AnyModule, Check } from '../../engine/module/module.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { blockinfile } from '../../modules/files/blockinfile.ts';
import { copy } from '../../modules/files/copy.ts';
import { downloadScript, urlDigest } from '../../modules/files/download.ts';
import { fetch } from '../../modules/files/fetch.ts';
import { file } from '../../modules/files/file.ts';
import { lineinfile } from '../../modules/files/lineinfile.ts';
import { inode, pathState, realPath, sameFile } from '../../modules/files/path.ts';
import { stat } from '../../modules/files/stat.ts';
import { digestOf, fileDigest, fileText } from '../../modules/files/text.ts';
import { tree } from '../../modules/files/tree.ts';
import { localHost } from './local-host.ts';

const host = localHost();
const text = { backup: false };
const plain = { recurse: false, force: false };

/** The probes whose keys begin so, to read again what was foreseen. */
const byKey: Record<string, (detail: string) => Probe<unknown>> = {
  path: pathState,
  file: fileText,
  digest: fileDigest,
  inode,
  tree,
  realpath: realPath,
  'same-file': (detail) => sameFile(...(detail.split('\0') as [string, string])),
};

const probeOf = (key: string): Probe<unknown> => byKey[key.replace(/:.*/s, '')]!(key.replace(/^[^:]*:/, ''));

/** Checks, changes, checks again: nothing may be left, and all that was foreseen must have come true. */
async function apply(module: AnyModule, args: unknown): Promise<Check> {
  const check = (await module.check(args, host)) as Check;
  if (check.differences.length > 0) await module.change?.(args, check, host);
  const again = (await module.check(args, host)) as Check;
  expect(again.differences, 'left after the change').to.deep.equal([]);
  for (const prediction of check.after ?? []) {
    if (prediction.kind === 'same') {
      const seen = [prediction.key, prediction.as.key].map((key) => host.read(probeOf(key)));
      const [here, there] = await Promise.all(seen);
      expect(here, prediction.key).to.deep.equal(there);
    }
    if (prediction.kind !== 'value') continue;
    expect(await host.read(probeOf(prediction.key)), prediction.key).to.deep.equal(prediction.value);
  }
  return check;
}

describe('file modules on a real file system', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), `tsplay it's $HOME `));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('make folders, a file in them, a line and a block in it, links, and remove it all', async () => {
    const path = at('a/b c/f');
    await apply(file, { ...plain, path: at('a/b c'), state: 'directory', mode: '0750' });
    await apply(copy, { ...text, content: 'one\n', dest: path, mode: '0640' });
    await apply(lineinfile, { ...text, path, state: 'present', create: false, backrefs: false, line: 'two' });
    const block = {
      state: 'present',
      create: false,
      marker: '# {mark}',
      marker_begin: 'B',
      marker_end: 'E',
      block: 'x',
    };
    await apply(blockinfile, { ...text, ...block, path });
    expect(readFileSync(path, 'utf8')).to.equal('one\ntwo\n# B\nx\n# E\n');
    expect(statSync(path).mode & 0o7777).to.equal(0o640);
    await apply(file, { ...plain, path: at('link'), state: 'link', src: 'a/b c/f' });
    await apply(file, { ...plain, path: at('link'), state: 'link', src: 'a/b c' });
    await apply(file, { ...plain, path: at('hard'), state: 'hard', src: path });
    await apply(file, { ...plain, path: at('flag'), state: 'touch', mode: 'u=rw,go=' });
    await apply(file, { ...plain, path: at('a'), state: 'absent' });
    expect((await apply(file, { ...plain, path: at('a'), state: 'absent' })).differences).to.deep.equal([]);
  });

  it('take special bits from a folder and away', async () => {
    await apply(file, { ...plain, path: at('shared'), state: 'directory', mode: '2775' });
    await apply(file, { ...plain, path: at('shared/x/y'), state: 'directory' });
    expect(statSync(at('shared/x/y')).mode & 0o7777).to.equal(0o2777 & ~process.umask());
    await apply(file, { ...plain, path: at('shared'), state: 'directory', mode: '0755' });
  });

  it('set the mode of all below', async () => {
    mkdirSync(at('top/in'), { recursive: true });
    writeFileSync(at('top/in/tool'), '', { mode: 0o700 });
    writeFileSync(at(`top/in/-n 'text'`), '', { mode: 0o600 });
    symlinkSync('/nowhere', at('top/in/link'));
    const check = await apply(file, {
      ...plain,
      path: at('top'),
      state: 'directory',
      mode: 'u=rwX,go=rX',
      recurse: true,
    });
    expect(check.differences.at(-1)).to.deep.include({ from: '0600, 0700' });
  });

  it('keep a backup, and the old file where the new one is not valid', async () => {
    writeFileSync(at('f'), 'old\n');
    const args = { content: 'new\n', dest: at('f'), backup: true };
    const check = await copy.check({ ...args, validate: 'grep old %s' }, host);
    const refused = await Promise.resolve(copy.change!({ ...args, validate: 'grep old %s' }, check, host)).catch(
      (e: Error) => e.message,
    );
    expect(refused).to.include('is not valid');
    expect(readFileSync(at('f'), 'utf8')).to.equal('old\n');
    const changed = await copy.change!(args, await copy.check(args, host), host);
    expect(readFileSync(String(changed?.result?.['backup_file']), 'utf8')).to.equal('old\n');
  });

  it('copy bytes, large and small, and fetch them', async () => {
    for (const size of [0, 1, 70_000]) {
      const content = Buffer.alloc(size, 0xfe);
      await apply(copy, { ...text, src: { path: '/x/bytes', content }, dest: `${folder}/` });
      await apply(fetch, { src: at('bytes'), dest: at('fetched'), mode: '0600', fail_on_missing: true });
      expect(readFileSync(at('fetched')).equals(content)).to.equal(true);
      chmodSync(at('bytes'), 0o600);
    }
  });

  it('are seen by stat', async () => {
    writeFileSync(at('f'), 'text');
    const { result } = await apply(stat, { path: at('f'), follow: false, get_checksum: true });
    expect(result?.['stat']).to.deep.include({ exists: true, isreg: true, size: 4, checksum: digestOf('text') });
  });

  describe('downloads', () => {
    let server: Server;
    let address: string;
    before((done) => {
      server = createServer((request, response) => {
        if (request.url === '/missing') response.writeHead(404).end();
        else response.end(`${String(request.headers['x-token'] ?? 'nobody')}\n`);
      }).listen(0, '127.0.0.1', () => {
        address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        done();
      });
    });
    after(() => server.close());

    const will = { owner: String(process.getuid?.()), group: String(process.getgid?.()), mode: '0640' };
    /** Beside this process, which serves: it must not be held up while it waits. */
    const download = async (more: Partial<Parameters<typeof downloadScript>[0]>) => {
      const script = downloadScript({ url: `${address}/f`, path: at('f'), headers: {}, will, ...more });
      return runBeside(script, '');
    };

    it('come whole, with their attributes', async () => {
      expect(await download({})).to.deep.equal({ code: 0, stdout: `${digestOf('nobody\n')}\n`, stderr: '' });
      expect(statSync(at('f')).mode & 0o7777).to.equal(0o640);
    });

    it('leave the old file where they fail or are not what was meant', async () => {
      writeFileSync(at('f'), 'old');
      expect((await download({ url: `${address}/missing` })).code).to.equal(1);
      expect((await download({ digest: digestOf('other') })).stderr).to.include('its sha256 is');
      expect(readFileSync(at('f'), 'utf8')).to.equal('old');
      expect((await host.read(tree(folder))).map((group) => group.count)).to.deep.equal([1]);
    });

    it('send headers that no argument list shows', async function () {
      if ((await host.run(['curl', '--version'])).code !== 0) this.skip();
      await download({ headers: { 'X-Token': `a "b" \\c` } });
      expect(readFileSync(at('f'), 'utf8')).to.equal('a "b" \\c\n');
    });

    it('can be compared before', async () => {
      expect(await digestServed(`${address}/f`)).to.equal(digestOf('nobody\n'));
      expect(await digestServed(`${address}/missing`).catch((e: Error) => e.message)).to.include('cannot read');
    });
  });
});

async function runBeside(script: string, stdin: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn('/bin/sh', ['-c', script]);
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => (out[name] += chunk.toString()));
  child.stdin.end(stdin);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? 1, ...out })));
}

async function digestServed(url: string): Promise<string> {
  return urlDigest(url).parse(await runBeside(urlDigest(url).script, ''));
}
