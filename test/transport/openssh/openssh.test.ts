import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import { Connections } from '../../../engine/transport/pool.ts';
import type { Target } from '../../../engine/transport/types.ts';
import { failureOf, run } from '../shell/shells.ts';
import { type Access, startServer, type TestServer } from '../ssh/server.ts';

describe("a connection with the system's ssh", () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-openssh-test-'));
  const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const keyFile = join(folder, 'key');
  const configFile = join(folder, 'config');
  let ends: (() => unknown)[] = [];
  let connections = new Connections();

  before(function () {
    if (spawnSync('ssh', ['-V']).error) this.skip();
    writeFileSync(keyFile, pair.private, { mode: 0o600 });
    writeFileSync(configFile, '');
  });
  beforeEach(() => {
    connections = new Connections();
  });
  afterEach(async () => {
    await connections.closeAll();
    for (const end of ends) end();
    ends = [];
  });
  after(() => rmSync(folder, { recursive: true }));

  async function server(access: Access = { publicKey: pair.public }): Promise<TestServer> {
    const started = await startServer(access);
    ends.push(() => started.stop());
    return started;
  }

  let files = 0;
  function target(port: number, known: readonly TestServer[], more: Partial<Target> = {}): Target {
    const knownHosts = join(folder, `known_hosts${files++}`);
    writeFileSync(knownHosts, known.map((one) => `[127.0.0.1]:${one.port} ${one.hostKey}\n`).join(''));
    return {
      name: 'web1',
      kind: 'openssh',
      address: '127.0.0.1',
      port,
      user: 'deploy',
      privateKeyFile: keyFile,
      knownHostsFiles: [knownHosts],
      hostKeyChecking: 'strict',
      connectTimeoutSeconds: 5,
      unset: [],
      sshConfigFile: configFile,
      ...more,
      sshOptions: [
        ['userknownhostsfile', knownHosts],
        ['globalknownhostsfile', '/dev/null'],
        ['identitiesonly', 'yes'],
        ...(more.sshOptions ?? []),
      ],
    };
  }

  it('runs scripts in one connection', async () => {
    const one = await server();
    const connection = await connections.get(target(one.port, [one]));
    const [shell, upload] = await Promise.all([connection.shell(), connection.shell(undefined, 'upload')]);
    expect(await run(shell, 'echo out; echo err >&2; exit 3')).to.deep.equal({
      code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    const stdin = Buffer.alloc(3_000_000, 'abc\0\n');
    expect((await upload.run([{ text: 'cat', stdin }]))[0]!.stdout.equals(stdin)).to.equal(true);
    expect(one.logins).to.deep.equal([{ user: 'deploy', method: 'publickey' }]);
  });

  for (const interactive of [false, true])
    it(`gives a password only when it is asked for${interactive ? ' by the server' : ''}`, async () => {
      const one = await server({ password: 'sesame!', interactive });
      const connection = await connections.get(target(one.port, [one], { password: 'sesame!' }));
      const words = await run(
        await connection.shell(),
        'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | grep -ac sesame!',
      );
      expect(one.logins.map(({ method }) => method)).to.deep.equal([interactive ? 'keyboard-interactive' : 'password']);
      expect(Number(words.stdout)).to.be.below(2); // the shell that looks for it
    });

  it('tells no password to a jump host, not even one of the same name', async () => {
    const [jump, web] = [await server({ password: 'of the host' }), await server({ password: 'of the host' })];
    const wanted = target(web.port, [jump, web], {
      password: 'of the host',
      proxyJump: `deploy@127.0.0.1:${jump.port}`,
    });
    await failureOf(connections.get(wanted));
    expect(jump.logins).to.deep.equal([]);
  });

  for (const [what, access, more, message] of [
    [
      'a wrong password',
      { password: 'right' },
      { password: 'wrong' },
      /refuses the login as deploy: the server accepts password/,
    ],
    ['no password', { password: 'right' }, {}, /refuses the login as deploy: the server accepts password/],
  ] as const)
    it(`reports ${what}`, async () => {
      const one = await server(access);
      const error = await failureOf(connections.get(target(one.port, [one], more)));
      expect(error.name).to.equal('Unreachable');
      expect(error.message).to.match(message);
    });

  it('refuses an unknown and a changed host key', async () => {
    const [one, other] = [await server(), await server()];
    const unknown = await failureOf(connections.get(target(one.port, [])));
    expect(unknown.message).to.match(/^web1: the host key of \[127\.0\.0\.1\]:\d+ is not accepted/);
    const changed = await failureOf(connections.get(target(one.port, [{ ...other, port: one.port }])));
    expect(changed.message).to.match(/^web1: the host key of \[127\.0\.0\.1\]:\d+ has changed/);
    expect(one.logins).to.deep.equal([]);
  });

  it('reports a port where nobody listens', async () => {
    const one = await server();
    one.stop();
    const error = await failureOf(connections.get(target(one.port, [one])));
    expect(error.message).to.equal(`web1: [127.0.0.1]:${one.port} refuses the connection`);
  });

  it('goes through jump hosts', async () => {
    const [first, second, web] = [await server(), await server(), await server()];
    const proxyJump = `jo@127.0.0.1:${first.port},ada@127.0.0.1:${second.port}`;
    const connection = await connections.get(target(web.port, [first, second, web], { proxyJump }));
    expect((await run(await connection.shell(), 'echo there')).stdout).to.equal('there\n');
    expect([first, second, web].map(({ logins }) => logins.map(({ user }) => user))).to.deep.equal([
      ['jo'],
      ['ada'],
      ['deploy'],
    ]);
  });

  it('checks the key of a jump host', async () => {
    const [jump, web] = [await server(), await server()];
    const error = await failureOf(connections.get(target(web.port, [web], { proxyJump: `jo@127.0.0.1:${jump.port}` })));
    expect(error.message)
      .to.contain('web1:')
      .and.to.match(/host key/i);
    expect(jump.logins).to.deep.equal([]);
  });

  it('is chosen by itself for a proxy command', async () => {
    const one = await server();
    const node = `${process.execPath} -e "s=require('net').connect(${one.port},'127.0.0.1');process.stdin.pipe(s).pipe(process.stdout)"`;
    writeFileSync(configFile, `Host behind\n  HostKeyAlias [127.0.0.1]:${one.port}\n  ProxyCommand ${node}\n`);
    const wanted = target(22, [one], { kind: 'ssh', address: 'behind', unset: ['proxyJump', 'hostKeyAlias'] });
    const connection = await connections.get(wanted).finally(() => writeFileSync(configFile, ''));
    expect((await run(await connection.shell(), 'echo there')).stdout).to.equal('there\n');
  });

  it('makes room for another session where the host allows no more', async () => {
    const one = await server({ publicKey: pair.public, most: { sessions: 1 } });
    const connection = await connections.get(target(one.port, [one]));
    expect((await run(await connection.shell(), 'echo 1')).stdout).to.equal('1\n');
    expect((await run(await connection.shell(undefined, 'upload'), 'echo 2')).stdout).to.equal('2\n');
  });

  it('ends what it started: an abort, the loss of the host, the end of the run', async () => {
    const one = await server();
    const wanted = target(one.port, [one]);
    const connection = await connections.get(wanted);
    const shell = await connection.shell();
    const abort = new AbortController();
    const mark = `31${process.pid}`;
    const running = failureOf(shell.run([{ text: `sleep ${mark}` }], abort.signal));
    await run(await connection.shell(undefined, 'upload'), `until pgrep -f '^sleep ${mark}'; do sleep 0.05; done`);
    abort.abort(new Error('enough'));
    expect((await running).message).to.equal('enough');
    await run(await connection.shell(undefined, 'upload'), `while pgrep -f '^sleep ${mark}'; do sleep 0.05; done`);
    for (const client of one.clients) client.end();
    const error = await failureOf(Promise.resolve().then(async () => run(await connection.shell(), 'sleep 1; echo x')));
    expect(error.name).to.equal('Unreachable');
    expect((await run(await (await connections.get(wanted)).shell(), 'echo back')).stdout).to.equal('back\n');
    await connections.closeAll();
    await new Promise((done) => setTimeout(done, 200));
    const left = readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(wanted.knownHostsFiles[0]!);
      } catch {
        return false;
      }
    });
    expect(left).to.deep.equal([]);
  });

  it('stops waiting for a silent host', async () => {
    const one = await server({ publicKey: pair.public, silent: 'session' });
    const connection = await connections.get(target(one.port, [one], { connectTimeoutSeconds: 1 }));
    expect((await failureOf(connection.shell())).message).to.equal('web1 opened no shell within 1 s after the login');
  });
});
