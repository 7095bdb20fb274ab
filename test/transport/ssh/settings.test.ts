import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import { Connections } from '../../../engine/transport/pool.ts';
import type { Target } from '../../../engine/transport/types.ts';
import { failureOf } from '../shell/shells.ts';
import { type Access, startServer, type TestServer } from './server.ts';

/** What ssh_config(5) says about the login and the host key, with our own client. */
describe('the settings of a login over SSH', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-settings-'));
  const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const keyFile = join(folder, 'key');
  const outer = process.env['SSH_AUTH_SOCK'];
  let ends: (() => unknown)[] = [];
  let connections = new Connections();

  before(() => {
    delete process.env['SSH_AUTH_SOCK'];
    writeFileSync(keyFile, pair.private, { mode: 0o600 });
    writeFileSync(`${keyFile}.pub`, pair.public);
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
    if (outer !== undefined) process.env['SSH_AUTH_SOCK'] = outer;
    rmSync(folder, { recursive: true });
  });

  async function server(access: Access = { publicKey: pair.public }): Promise<TestServer> {
    const started = await startServer(access);
    ends.push(() => started.stop());
    return started;
  }

  let files = 0;
  function file(text: string): string {
    const path = join(folder, `file${files++}`);
    writeFileSync(path, text);
    return path;
  }

  function target(
    one: TestServer,
    more: Partial<Target> = {},
    known = `[127.0.0.1]:${one.port} ${one.hostKey}\n`,
  ): Target {
    return {
      name: 'web1',
      kind: 'ssh',
      address: '127.0.0.1',
      port: one.port,
      user: 'deploy',
      knownHostsFiles: [file(known)],
      hostKeyChecking: 'strict',
      connectTimeoutSeconds: 5,
      unset: [],
      sshConfigFile: 'none',
      ...more,
    };
  }

  for (const interactive of [false, true])
    it(`tells no password to a host whose key has changed, though nobody checks it${interactive ? ' (when asked)' : ''}`, async () => {
      const [one, other] = [await server({ password: 'secret', interactive }), await server()];
      const known = `[127.0.0.1]:${one.port} ${other.hostKey}\n`;
      const wanted = target(one, { hostKeyChecking: 'off', password: 'secret', privateKeyFile: keyFile }, known);
      const error = await failureOf(connections.get(wanted));
      expect(error.message).to.contain('password (the host key has changed)');
      expect(one.attempts.map(({ method }) => method)).to.deep.equal(['publickey']);
    });

  it('warns of a changed key that nobody checks', async () => {
    const [one, other] = [await server(), await server()];
    const known = `[127.0.0.1]:${one.port} ${other.hostKey}\n`;
    const { warning } = await connections.get(target(one, { hostKeyChecking: 'off', privateKeyFile: keyFile }, known));
    expect(warning).to.match(/^web1: the host key of .* has changed/);
    const quiet = await connections.get(
      target(one, { hostKeyChecking: 'off', privateKeyFile: keyFile, user: 'jo' }, ''),
    );
    expect(quiet.warning).to.equal(undefined);
  });

  for (const hostKeyChecking of ['strict', 'accept-new', 'off'] as const)
    it(`refuses a revoked host key (${hostKeyChecking})`, async () => {
      const one = await server();
      const key = { hostKeyChecking, privateKeyFile: keyFile };
      const marked = `@revoked [127.0.0.1]:${one.port} ${one.hostKey}\n`;
      for (const wanted of [
        target(one, key, marked),
        target(one, { ...key, revokedHostKeys: file(`# list\n${one.hostKey} of web1\n`) }),
        target(one, { ...key, revokedHostKeys: '/nowhere' }),
      ])
        expect((await failureOf(connections.get(wanted))).message).to.match(/is revoked|no file \/nowhere/);
      expect(one.attempts).to.deep.equal([]);
    });

  it('refuses short RSA keys, of hosts and of its own', async () => {
    const short = ssh2.utils.generateKeyPairSync('rsa', { bits: 1024 });
    const one = await server({ publicKey: pair.public, hostKey: short });
    const error = await failureOf(
      connections.get(target(one, { hostKeyChecking: 'off', privateKeyFile: keyFile, requiredRsaSize: 2048 })),
    );
    expect(error.message).to.contain('has only 1024 bits, and RequiredRSASize is 2048');
    await connections.get(target(one, { privateKeyFile: keyFile }));
    const own = join(folder, 'short');
    writeFileSync(own, short.private, { mode: 0o600 });
    const unused = await failureOf(
      connections.get(target(await server(), { privateKeyFile: own, requiredRsaSize: 2048 })),
    );
    expect(unused.message).to.contain('has only 1024 bits');
  });

  it('finds the key of a host by its HostKeyAlias alone', async () => {
    const one = await server();
    const alias = { hostKeyAlias: 'web', privateKeyFile: keyFile };
    await connections.get(target(one, alias, `web ${one.hostKey}\n`));
    expect((await failureOf(connections.get(target(one, { ...alias, user: 'b' })))).message).to.contain(
      'the host key of web is not known',
    );
  });

  for (const [what, more, methods] of [
    ['all', {}, ['publickey', 'password']],
    ['PreferredAuthentications', { preferredAuthentications: ['password', 'publickey'] }, ['password', 'publickey']],
    ['PreferredAuthentications without keys', { preferredAuthentications: ['password'] }, ['password']],
    ['PubkeyAuthentication no', { pubkeyAuthentication: false }, ['password']],
    ['PasswordAuthentication no', { passwordAuthentication: false }, ['publickey']],
    ['PubkeyAcceptedAlgorithms', { pubkeyAcceptedAlgorithms: ['ssh-ed25519'] }, ['password']],
  ] as const)
    it(`tries what it may: ${what}`, async () => {
      const strange = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).public;
      const one = await server({ publicKey: strange, password: 'right' });
      await failureOf(connections.get(target(one, { privateKeyFile: keyFile, password: 'wrong', ...more })));
      expect(one.attempts.map(({ method }) => method)).to.deep.equal(methods);
    });

  describe('with a full agent', () => {
    const socket = join(folder, 'agent');
    let agent: ChildProcess | undefined;
    before(async function () {
      if (spawnSync('ssh-agent', ['-h']).error) this.skip();
      agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
      for (let tries = 0; tries < 100 && !existsSync(socket); tries++) await sleep(20);
      for (let i = 0; i < 7; i++) {
        const path = join(folder, `other${i}`);
        spawnSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', path]);
        spawnSync('ssh-add', ['-q', path], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      }
      spawnSync('ssh-add', ['-q', keyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    });
    after(() => agent?.kill());

    const keysOf = ({ attempts }: TestServer) => [...new Set(attempts.flatMap(({ key }) => key ?? []))];
    const own = () => readFileSync(`${keyFile}.pub`, 'utf8').split(' ')[1]!.trim();

    it('IdentitiesOnly offers the named key alone, from the agent as well', async () => {
      const one = await server();
      const publicOnly = join(folder, 'public-only');
      writeFileSync(`${publicOnly}.pub`, pair.public);
      for (const path of [keyFile, publicOnly]) {
        const sshOptions = [['identityfile', path]] as const;
        await connections.get(target(one, { identityAgent: socket, identitiesOnly: true, sshOptions, user: path }));
      }
      expect(keysOf(one)).to.deep.equal([own()]);
    });

    it('a key that the configuration names comes first', async () => {
      const one = await server();
      await connections.get(target(one, { identityAgent: socket, sshOptions: [['identityfile', keyFile]] }));
      expect(keysOf(one)).to.deep.equal([own()]);
    });

    it('IdentityAgent none asks none', async () => {
      process.env['SSH_AUTH_SOCK'] = socket;
      const one = await server();
      await connections.get(target(one, { privateKeyFile: keyFile, identityAgent: 'none' }));
      delete process.env['SSH_AUTH_SOCK'];
      expect(keysOf(one)).to.deep.equal([own()]);
    });
  });
});
