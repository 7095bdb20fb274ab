import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import { Connections } from '../../../engine/transport/pool.ts';
import { fingerprint } from '../../../engine/transport/ssh/known-hosts.ts';
import type { Target } from '../../../engine/transport/types.ts';
import { failureOf, run } from '../shell/shells.ts';
import { type Access, startServer, type TestServer } from './server.ts';

describe('a connection over SSH', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-ssh-'));
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const keyFile = file('key', pair.private);
  const agent = process.env['SSH_AUTH_SOCK'];
  let ends: (() => unknown)[] = [];
  let connections = new Connections();

  before(() => delete process.env['SSH_AUTH_SOCK']);
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

  async function server(access: Access = { publicKey: pair.public }): Promise<TestServer> {
    const started = await startServer(access);
    ends.push(() => started.stop());
    return started;
  }

  /** A port where something listens that is no SSH server. */
  async function listener(handle: (socket: Socket) => void): Promise<number> {
    const sockets: Socket[] = [];
    const listening = createServer((socket) => {
      sockets.push(socket.on('error', () => {}));
      handle(socket);
    });
    await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
    ends.push(() => {
      listening.close();
      for (const socket of sockets) socket.destroy(); // nobody reads them: they would not notice that the client has gone
    });
    return (listening.address() as AddressInfo).port;
  }

  let files = 0;
  /** A target whose known_hosts file knows the servers. */
  function target(port: number, known: readonly TestServer[], more: Partial<Target> = {}): Target {
    const lines = known.map((one) => `[127.0.0.1]:${one.port} ${one.hostKey}\n`).join('');
    return {
      name: 'web1',
      kind: 'ssh',
      address: '127.0.0.1',
      port,
      user: 'deploy',
      privateKeyFile: keyFile,
      knownHostsFiles: [file(`known_hosts${files++}`, lines)],
      hostKeyChecking: 'strict',
      connectTimeoutSeconds: 5,
      unset: [],
      ...more,
    };
  }

  it('runs scripts, all in one channel', async () => {
    const one = await server();
    const connection = await connections.get(target(one.port, [one]));
    const shell = await connection.shell();
    const stdin = Buffer.alloc(3_000_000, 'abc\0\n');
    expect(await run(shell, 'echo out; echo err >&2; exit 3')).to.deep.equal({
      code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect((await shell.run([{ text: 'cat', stdin }]))[0]!.stdout.equals(stdin)).to.equal(true);
    expect(await connection.shell()).to.equal(shell);
    expect(connections.counts).to.deep.equal({ connections: 1, roundTrips: 3 });
    expect(one.logins).to.deep.equal([{ user: 'deploy', method: 'publickey' }]);
  });

  it('is shared by those who ask at once, and opened anew once it is closed', async () => {
    const one = await server();
    const wanted = target(one.port, [one]);
    const [a, b] = await Promise.all([connections.get(wanted), connections.get(wanted)]);
    expect(a).to.equal(b);
    await a.close();
    expect(await connections.get(wanted)).to.not.equal(a);
    expect(connections.counts.connections).to.equal(2);
  });

  it('refuses a host key that is not known, and says how to accept it', async () => {
    const one = await server();
    const error = await failureOf(connections.get(target(one.port, [])));
    expect(error.name).to.equal('Unreachable');
    expect(error.message).to.equal(
      `web1: the host key of [127.0.0.1]:${one.port} is not known: ecdsa-sha2-nistp256 ${print(one)}`,
    );
    expect(error.hint).to.contain(`ssh-keyscan -p ${one.port} 127.0.0.1 >> ${folder}`).and.to.contain('accept-new');
    expect(one.logins).to.deep.equal([]);
  });

  it('saves a new host key where that is allowed, once', async () => {
    const one = await server();
    const wanted = target(one.port, [], { hostKeyChecking: 'accept-new' });
    await (await connections.get(wanted)).close();
    await connections.get(wanted);
    expect(readFileSync(wanted.knownHostsFiles[0]!, 'utf8')).to.equal(`[127.0.0.1]:${one.port} ${one.hostKey}\n`);
  });

  for (const hostKeyChecking of ['strict', 'accept-new'] as const) {
    it(`refuses a changed host key (${hostKeyChecking})`, async () => {
      const [one, other] = [await server(), await server()];
      const wanted = target(one.port, [{ ...other, port: one.port }], { hostKeyChecking });
      const error = await failureOf(connections.get(wanted));
      const [known] = wanted.knownHostsFiles;
      expect(error.message).to.equal(
        `web1: the host key of [127.0.0.1]:${one.port} has changed: it is ecdsa-sha2-nistp256 ${print(one)}, expected ecdsa-sha2-nistp256 ${print(other)} (${known}:1)`,
      );
      expect(error.hint).to.contain(`ssh-keygen -R '[127.0.0.1]:${one.port}' -f ${known}`);
    });
  }

  it('says what was tried where the login is refused', async () => {
    const one = await server({ password: 'right' });
    const error = await failureOf(connections.get(target(one.port, [one], { password: 'wrong' })));
    expect(error.message).to.equal(
      `web1: [127.0.0.1]:${one.port} refuses the login as deploy: tried key ${keyFile}, password; the server accepts password`,
    );
  });

  for (const interactive of [false, true]) {
    it(`logs in with a password${interactive ? ' that is asked for' : ''}`, async () => {
      const one = await server({ password: 'right', interactive });
      await connections.get(target(one.port, [one], { password: 'right' }));
      expect(one.logins.map(({ method }) => method)).to.deep.equal([interactive ? 'keyboard-interactive' : 'password']);
    });
  }

  it('continues where the agent is gone', async () => {
    const one = await server({ password: 'right' });
    const { privateKeyFile: _none, ...wanted } = target(one.port, [one], { password: 'right' });
    process.env['SSH_AUTH_SOCK'] = join(folder, 'no-agent');
    await connections.get(wanted).finally(() => delete process.env['SSH_AUTH_SOCK']);
    expect(one.logins.map(({ method }) => method)).to.deep.equal(['password']);
  });

  it('reports keys that cannot be used', async () => {
    const one = await server();
    const locked = ssh2.utils.generateKeyPairSync('ecdsa', {
      bits: 256,
      passphrase: 'sesame',
      cipher: 'aes256-ctr',
      rounds: 1,
    });
    const lockedFile = file('locked', locked.private);
    const messageFor = async (more: Partial<Target>) =>
      (await failureOf(connections.get(target(one.port, [one], more)))).message;
    expect(await messageFor({ privateKeyFile: lockedFile })).to.contain(
      `key ${lockedFile} is encrypted and no passphrase is given`,
    );
    expect(await messageFor({ privateKeyFile: lockedFile, privateKeyPassphrase: 'x' })).to.contain(
      'does not open with the passphrase given',
    );
    expect(await messageFor({ privateKeyFile: '/nowhere/key' })).to.equal('web1: there is no key file /nowhere/key');
    const open = await server({ publicKey: locked.public });
    await connections.get(target(open.port, [open], { privateKeyFile: lockedFile, privateKeyPassphrase: 'sesame' }));
  });

  it('tries again where the server hangs up before its first word, and reports it in the end', async () => {
    let count = 0;
    const port = await listener((socket) => {
      count++;
      socket.destroy();
    });
    const error = await failureOf(connections.get(target(port, [], { connectTimeoutSeconds: 0.1 })));
    expect(error.message).to.equal(`web1: [127.0.0.1]:${port} hangs up before the login`);
    expect(count).to.equal(4);
  });

  it('logs in where many are dropped because they come at once', async () => {
    const one = await server();
    let dropped = 0;
    const port = await listener((socket) => {
      // More than one of them can be dropped by chance.
      if (dropped++ < 30) {
        socket.destroy();
        return;
      }
      const through = connect(one.port, '127.0.0.1');
      through.on('error', () => socket.destroy());
      socket.on('close', () => through.destroy());
      socket.pipe(through).pipe(socket);
    });
    const users = Array.from({ length: 10 }, (_, i) => `user${i}`);
    await Promise.all(users.map((user) => connections.get(target(port, [{ ...one, port }], { user }))));
    expect(one.logins.map(({ user }) => user).sort()).to.deep.equal(users);
  });

  it('reports a port where nobody listens, and may be tried again', async () => {
    const one = await server();
    one.stop();
    const error = await failureOf(connections.get(target(one.port, [one])));
    expect(error.message).to.equal(`web1: [127.0.0.1]:${one.port} refuses the connection`);
    expect(connections.counts.connections).to.equal(0);
  });

  it('reports a server that says nothing', async () => {
    const port = await listener(() => {});
    const error = await failureOf(connections.get(target(port, [], { connectTimeoutSeconds: 0.1 })));
    expect(error.message).to.equal(`web1: [127.0.0.1]:${port} does not answer within 0.1 s`);
  });

  it('is lost in the middle of a command', async () => {
    const one = await server();
    const wanted = target(one.port, [one]);
    const connection = await connections.get(wanted);
    const shell = await connection.shell();
    await run(shell, ':');
    const failed = failureOf(shell.run([{ text: 'sleep 1' }, { text: ':' }]));
    for (const client of one.clients) client.end();
    expect((await failed).message).to.equal('connection to web1 was lost while 2 commands were running');
    expect((await failureOf(connection.shell())).message).to.equal('connection to web1 was lost');
    expect((await run(await (await connections.get(wanted)).shell(), 'echo back')).stdout).to.equal('back\n');
  });

  it('goes through jump hosts, each connected to once', async () => {
    const [first, second, web, db] = [await server(), await server(), await server(), await server()];
    const proxyJump = `jo@127.0.0.1:${first.port},127.0.0.1:${second.port}`;
    const common = target(web.port, [first, second, web, db], { proxyJump });
    const names = await Promise.all(
      [web, db].map(async ({ port }) => {
        const connection = await connections.get({ ...common, port });
        return (await run(await connection.shell(), 'echo there')).stdout;
      }),
    );
    expect(names).to.deep.equal(['there\n', 'there\n']);
    expect([first, second, web, db].map(({ logins }) => logins.map(({ user }) => user))).to.deep.equal([
      ['jo'],
      [userInfo().username],
      ['deploy'],
      ['deploy'],
    ]);
  });

  it('shares one connection to a jump host, and makes another where that has no channel left', async () => {
    const jump = await server({ publicKey: pair.public, most: { forwards: 4 } });
    const behind = await Promise.all(Array.from({ length: 6 }, () => server()));
    const common = target(0, [jump, ...behind], { proxyJump: `127.0.0.1:${jump.port}` });
    const open = (hosts: readonly TestServer[]) =>
      Promise.all(hosts.map(({ port }) => connections.get({ ...common, port })));
    await open(behind.slice(0, 4));
    expect(jump.logins.length).to.equal(1);
    await open(behind);
    expect(jump.logins.length).to.equal(2);
    expect(behind.map(({ logins }) => logins.length)).to.deep.equal([1, 1, 1, 1, 1, 1]);
  });

  it('waits for a host behind a jump host as long as for any other', async () => {
    const [jump, port] = [await server(), await listener(() => {})];
    const proxyJump = `127.0.0.1:${jump.port}`;
    const wanted = target(port, [jump], { proxyJump, connectTimeoutSeconds: 0.3 });
    expect((await failureOf(connections.get(wanted))).message).to.equal(
      `web1: [127.0.0.1]:${port} does not answer within 0.3 s`,
    );
  });

  it('takes turns with its shells where the host allows no more of them', async () => {
    const one = await server({ publicKey: pair.public, most: { sessions: 2 } });
    const connection = await connections.get(target(one.port, [one]));
    const say = async (purpose: 'upload' | undefined, user: string | undefined) => {
      const become = user === undefined ? undefined : ({ method: 'sudo', user, flags: '-n' } as const);
      return run(await connection.shell(become, purpose), 'echo said').then(({ stdout }) => stdout, String);
    };
    expect(await say(undefined, undefined)).to.equal('said\n');
    const both = await Promise.all([say('upload', undefined), say(undefined, undefined)]);
    expect(both).to.deep.equal(['said\n', 'said\n']);
    // sudo may not be here: what counts is that its shell was started.
    for (const user of ['nobody', undefined, 'nobody'])
      expect(await say(undefined, user), String(user)).to.not.contain('no further channel');
    const other = await server({ publicKey: pair.public, most: { sessions: 0 } });
    const refused = await connections.get(target(other.port, [other], { user: 'other' }));
    expect((await failureOf(refused.shell())).message).to.contain('web1 opens no further channel');
  });

  it('checks the key of a jump host, and reports what it cannot reach', async () => {
    const [jump, web] = [await server(), await server()];
    const proxyJump = `127.0.0.1:${jump.port}`;
    const unknown = await failureOf(connections.get(target(web.port, [web], { proxyJump })));
    expect(unknown.message).to.match(/^jump host 127\.0\.0\.1:\d+: the host key of .* is not known/);
    web.stop();
    const refused = await failureOf(connections.get(target(web.port, [web, jump], { proxyJump })));
    expect(refused.message).to.contain(`web1: the jump host ${proxyJump} does not reach 127.0.0.1 port ${web.port}`);
  });
});

function print({ hostKey }: TestServer): string {
  return fingerprint(Buffer.from(hostKey.split(' ')[1]!, 'base64'));
}
