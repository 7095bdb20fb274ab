import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import { Connections } from '../../engine/transport/pool.ts';
import type { Target } from '../../engine/transport/types.ts';
import { failureOf, here, run, withLocal } from './shell/shells.ts';
import { type Access, startServer, type TestServer } from './ssh/server.ts';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

/** What it gives, and after how many milliseconds. */
async function timed<T>(promise: Promise<T>): Promise<{ result: T; took: number }> {
  const begun = Date.now();
  return { result: await promise, took: Date.now() - begun };
}

describe('signals', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-signals-'));
  const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const privateKeyFile = join(folder, 'key');
  const agent = process.env['SSH_AUTH_SOCK'];
  const reason = new Error('enough');
  let ends: (() => unknown)[] = [];
  let connections = new Connections();

  before(() => {
    delete process.env['SSH_AUTH_SOCK'];
    writeFileSync(privateKeyFile, pair.private, { mode: 0o600 });
  });
  beforeEach(() => {
    connections = new Connections();
  });
  afterEach(async () => {
    await connections.closeAll();
    for (const end of ends) end();
    ends = [];
  });
  after(() => {
    if (agent !== undefined) process.env['SSH_AUTH_SOCK'] = agent;
    rmSync(folder, { recursive: true });
  });

  async function server(access: Partial<Access> = {}): Promise<TestServer> {
    const started = await startServer({ publicKey: pair.public, ...access });
    ends.push(() => started.stop());
    return started;
  }

  /** The port of something that accepts connections and says nothing, and the connections that it has. */
  async function silent(): Promise<{ port: number; sockets: Set<Socket> }> {
    const sockets = new Set<Socket>();
    const listening = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      socket.on('close', () => sockets.delete(socket)).resume();
    });
    await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
    ends.push(() => {
      listening.close();
      for (const socket of sockets) socket.destroy();
    });
    return { port: (listening.address() as AddressInfo).port, sockets };
  }

  const target = (port: number, more: Partial<Target> = {}): Target => ({
    name: 'web1',
    kind: 'ssh',
    address: '127.0.0.1',
    port,
    user: 'deploy',
    privateKeyFile,
    knownHostsFiles: [],
    hostKeyChecking: 'off',
    connectTimeoutSeconds: 5,
    unset: [],
    ...more,
  });

  const abortAfter = (milliseconds: number): AbortController => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), milliseconds);
    return controller;
  };

  it('that are aborted already end every call at once', async () => {
    const signal = AbortSignal.abort(reason);
    expect(await failureOf(connections.get(target(1), signal))).to.equal(reason);
    await withLocal(async (connection) => {
      expect(await failureOf(connection.shell(undefined, undefined, signal))).to.equal(reason);
      expect(await failureOf((await connection.shell()).run([{ text: ':' }], signal))).to.equal(reason);
      expect((await run(await connection.shell(), 'echo on')).stdout).to.equal('on\n');
    });
  });

  it('end an opening, and its socket', async () => {
    const { port, sockets } = await silent();
    const { signal } = abortAfter(100);
    const { result, took } = await timed(failureOf(connections.get(target(port), signal)));
    expect(result).to.equal(reason);
    expect(took).to.be.below(1000);
    expect(listeners(signal)).to.equal(0);
    await new Promise((done) => setTimeout(done, 100));
    expect(sockets.size).to.equal(0);
  });

  it('end an opening through a silent jump host', async () => {
    const { port } = await silent();
    const { signal } = abortAfter(100);
    const { result, took } = await timed(
      failureOf(connections.get(target(1, { proxyJump: `127.0.0.1:${port}` }), signal)),
    );
    expect([result, took < 1000]).to.deep.equal([reason, true]);
  });

  it('end the pauses between attempts', async () => {
    const listening = createServer((socket) => socket.destroy());
    await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
    ends.push(() => listening.close());
    const { signal } = abortAfter(300);
    const hangsUp = (listening.address() as AddressInfo).port;
    const { result, took } = await timed(failureOf(connections.get(target(hangsUp), signal)));
    expect([result, took < 1000]).to.deep.equal([reason, true]);
  });

  it('end only the wait of one of two callers that share an opening', async () => {
    const one = await server();
    const controller = new AbortController();
    const both = [connections.get(target(one.port), controller.signal), connections.get(target(one.port))];
    controller.abort(reason);
    expect(await failureOf(both[0]!)).to.equal(reason);
    const connection = await both[1]!;
    expect((await run(await connection.shell(), 'echo in')).stdout).to.equal('in\n');
    expect(one.logins.length).to.equal(1);
  });

  it('let the next caller begin anew', async () => {
    const one = await server();
    const controller = new AbortController();
    const aborted = failureOf(connections.get(target(one.port), controller.signal));
    controller.abort(reason);
    const again = connections.get(target(one.port));
    expect(await aborted).to.equal(reason);
    expect((await again).target.name).to.equal('web1');
  });

  it('end a shell with what runs in it; the next call has another', () =>
    withLocal(async (connection) => {
      const shell = await connection.shell();
      const { signal } = abortAfter(100);
      const own = failureOf(shell.run([{ text: 'sleep 71.5' }], signal));
      const other = failureOf(shell.run([{ text: ':' }]));
      expect(await own).to.equal(reason);
      expect((await other).name).to.equal('Unreachable');
      expect(listeners(signal)).to.equal(0);
      const left = await run(
        await connection.shell(),
        "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'sleep 71\\.5 '",
      );
      expect(left.stdout).to.equal('0\n');
    }));

  it('may be shared by many hosts without a warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const { port } = await silent();
    const { signal } = abortAfter(200);
    const users = Array.from({ length: 12 }, (_, i) => `user${i}`);
    await Promise.all(users.map((user) => failureOf(connections.get(target(port, { user }), signal))));
    process.off('warning', onWarning);
    expect(warnings).to.deep.equal([]);
  });

  it('have no listener left after calls that went well', async () => {
    const one = await server();
    const { signal } = new AbortController();
    const connection = await connections.get(target(one.port), signal);
    const shell = await connection.shell(undefined, undefined, signal);
    for (let i = 0; i < 20; i++) await shell.run([{ text: ':' }], signal);
    expect(listeners(signal)).to.equal(0);
  });

  it('end the wait for a channel that is not opened', async () => {
    const one = await server({ silent: 'session' });
    const connection = await connections.get(target(one.port));
    const { signal } = abortAfter(100);
    const { result, took } = await timed(failureOf(connection.shell(undefined, undefined, signal)));
    expect([result, took < 1000]).to.deep.equal([reason, true]);
  });

  it('end the dialogue for a password', async () => {
    const one = await server({ silent: 'exec' });
    const connection = await connections.get(target(one.port));
    const { signal } = abortAfter(100);
    const become = { method: 'sudo', user: 'root', password: 'p' };
    expect(await failureOf(connection.shell(become, undefined, signal))).to.equal(reason);
  });

  it('are not needed where a host is silent after the login', async () => {
    const one = await server({ silent: 'session' });
    const connection = await connections.get(target(one.port, { connectTimeoutSeconds: 1 }));
    const error = await failureOf(connection.shell());
    expect([error.name, error.message]).to.deep.equal([
      'Unreachable',
      'web1 opened no shell within 1 s after the login',
    ]);
    const two = await server({ silent: 'exec' });
    const shell = await (await connections.get(target(two.port, { connectTimeoutSeconds: 1 }))).shell();
    expect((await failureOf(shell.run([{ text: ':' }]))).message).to.equal(
      'the shell on web1 did not start within 1 s',
    );
  });

  it('are not needed to close the pool: it aborts what is being opened, and opens nothing any more', async () => {
    const { port, sockets } = await silent();
    const one = await server({ silent: 'session' });
    const opening = failureOf(connections.get(target(port)));
    const shell = failureOf((await connections.get(target(one.port))).shell());
    const { took } = await timed(connections.closeAll());
    expect(took).to.be.below(500);
    expect((await opening).message).to.equal('the run is over: no connection is opened any more');
    expect((await shell).message).to.equal('connection to web1 is closed');
    expect((await failureOf(connections.get(here))).name).to.equal('Unreachable');
    await new Promise((done) => setTimeout(done, 100));
    expect(sockets.size).to.equal(0);
  });

  it('are not needed to be rid of a host that no longer answers', async () => {
    const one = await server();
    let isCut = false;
    let front: Socket | undefined;
    const listening = createServer({ allowHalfOpen: true }, (socket) => {
      front = socket.on('error', () => {});
      const back = connect(one.port, '127.0.0.1').on('error', () => {});
      socket.on('data', (data) => isCut || back.write(data));
      back.on('data', (data) => isCut || socket.write(data));
      ends.push(() => back.destroy());
    });
    await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
    ends.push(() => listening.close());
    await connections.get(target((listening.address() as AddressInfo).port));
    isCut = true;
    await connections.closeAll();
    await new Promise((done) => setTimeout(done, 1200));
    // Only a socket that is destroyed at the other end refuses what is written to it.
    const refused = new Promise((done) => front!.once('close', () => done('refused')));
    front!.write('x');
    setTimeout(() => front!.write('x'), 50); // the first is answered by a reset, which the second notices
    expect(await Promise.race([refused, new Promise((done) => setTimeout(done, 500))])).to.equal('refused');
  });

  it('are not needed to keep two pools apart: a key is read again', async () => {
    const one = await server();
    const key = join(folder, 'replaced');
    writeFileSync(key, 'no key', { mode: 0o600 });
    await failureOf(connections.get(target(one.port, { privateKeyFile: key })));
    writeFileSync(key, pair.private);
    const other = new Connections();
    ends.push(() => other.closeAll());
    await other.get(target(one.port, { privateKeyFile: key }));
  });

  it('are not needed against a server that keeps asking for the password', async () => {
    const endless: string[][] = [];
    const one = await startServer({ password: 'right', interactive: true, endless });
    ends.push(() => one.stop());
    const error = await failureOf(connections.get(target(one.port, { password: 'right' })));
    expect(error.message).to.contain('it asked more than 3 times');
    expect(endless).to.deep.equal([
      ['', 'right'],
      ['', 'right'],
      ['', 'right'],
    ]);
  });

  it('are not needed for a script without a limit', () =>
    withLocal(async (connection) => {
      expect(await run(await connection.shell(), 'echo on', { timeoutSeconds: 0 })).to.deep.include({ stdout: 'on\n' });
    }));
});
