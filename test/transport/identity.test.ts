import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import { loginOf, machineOf } from '../../engine/transport/identity.ts';
import { Connections } from '../../engine/transport/pool.ts';
import { sshOptions } from '../../engine/transport/ssh/options.ts';
import type { Target } from '../../engine/transport/types.ts';
import { failureOf, run } from './shell/shells.ts';
import { startServer, type TestServer } from './ssh/server.ts';

const base: Target = {
  name: 'db-a',
  kind: 'ssh',
  address: '10.0.0.5',
  port: 22,
  user: 'deploy',
  knownHostsFiles: ['/kh'],
  hostKeyChecking: 'strict',
  connectTimeoutSeconds: 5,
};

/** Another value of each setting, and whether it may be the same machine. */
const others: { readonly [K in keyof Required<Target>]: readonly [Target[K], sameMachine: boolean] } = {
  name: ['db-b', true],
  kind: ['local', false],
  address: ['10.0.0.6', false],
  port: [2222, false],
  proxyJump: ['jo@b2', false],
  user: ['root', true],
  knownHostsFiles: [['/other'], true],
  globalKnownHostsFiles: [['/global'], true],
  hostKeyChecking: ['off', true],
  connectTimeoutSeconds: [6, true],
  privateKeyFile: ['/key', true],
  password: ['secret', true],
  privateKeyPassphrase: ['secret', true],
  addressFamily: [6, false],
  hostKeyAlias: ['db', false],
  revokedHostKeys: ['/revoked', true],
  requiredRsaSize: [2048, true],
  identitiesOnly: [true, true],
  identityAgent: ['/agent', true],
  pubkeyAuthentication: [false, true],
  passwordAuthentication: [false, true],
  kbdInteractiveAuthentication: [false, true],
  preferredAuthentications: [['publickey'], true],
  kexAlgorithms: [['curve25519-sha256'], true],
  ciphers: [['aes256-ctr'], true],
  macs: [['hmac-sha2-256'], true],
  hostKeyAlgorithms: [['ssh-ed25519'], true],
  pubkeyAcceptedAlgorithms: [['ssh-ed25519'], true],
  sshOptions: [[['proxycommand', 'nc %h %p']], false],
  sshConfigFile: ['/config', false],
  unset: [['user'], true],
};

describe('the identity of a target', () => {
  it('is known of every setting of a connection', () => {
    expect(others).to.include.all.keys(Object.keys(sshOptions));
  });

  for (const [name, [value, sameMachine]] of Object.entries(others))
    it(`has ${name} in it`, () => {
      const other = { ...base, [name]: value };
      expect(loginOf(other)).to.not.equal(loginOf(base));
      expect(machineOf(other) === machineOf(base)).to.equal(sameMachine);
    });

  it('has a setting in it that was added later, and shows none', () => {
    const later = { ...base, proxyCommand: 'secret' } as Target;
    expect(loginOf(later)).to.not.equal(loginOf(base));
    expect(machineOf(later)).to.not.equal(machineOf(base));
    expect(loginOf(later) + machineOf(later)).to.not.contain('secret');
  });

  it('does not depend on the order of the settings, nor on those that are undefined', () => {
    const { name, ...rest } = base;
    expect(loginOf({ ...rest, name, password: undefined } as unknown as Target)).to.equal(loginOf(base));
  });
});

describe('two hosts that differ in one setting only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-identity-'));
  const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const privateKeyFile = join(folder, 'key');
  let servers: TestServer[] = [];
  let connections = new Connections();

  before(() => writeFileSync(privateKeyFile, pair.private, { mode: 0o600 }));
  beforeEach(() => {
    connections = new Connections();
  });
  afterEach(async () => {
    await connections.closeAll();
    for (const server of servers) server.stop();
    servers = [];
  });
  after(() => rmSync(folder, { recursive: true }));

  const server = async (forwardTo?: number): Promise<TestServer> => {
    const started = await startServer({ publicKey: pair.public, ...(forwardTo !== undefined && { forwardTo }) });
    servers.push(started);
    return started;
  };
  const knownFor = (name: string, known: readonly TestServer[], port?: number) => {
    writeFileSync(join(folder, name), known.map((one) => `[127.0.0.1]:${port ?? one.port} ${one.hostKey}\n`).join(''));
    return [join(folder, name)];
  };
  const target = (more: Partial<Target>): Target => ({
    ...base,
    address: '127.0.0.1',
    privateKeyFile,
    hostKeyChecking: 'off',
    knownHostsFiles: [],
    unset: [],
    ...more,
  });
  const sayAt = async (wanted: Target) =>
    (await run(await (await connections.get(wanted)).shell(), 'echo "$SSH_SERVER"')).stdout.trim();

  it('are reached each behind its own jump host, though their address is the same', async () => {
    const [a, b] = [await server(), await server()];
    const jumps = [await server(a.port), await server(b.port)];
    const said = await Promise.all(jumps.map(({ port }) => sayAt(target({ port: 9, proxyJump: `127.0.0.1:${port}` }))));
    expect(said).to.deep.equal([a, b].map(({ port }) => String(port)));
  });

  it('do not share a jump host that only one of them has verified', async () => {
    const [jump, web] = [await server(), await server()];
    const way = { port: web.port, proxyJump: `127.0.0.1:${jump.port}` };
    await connections.get(target(way));
    const strict = target({ ...way, hostKeyChecking: 'strict', knownHostsFiles: knownFor('web', [web]) });
    expect((await failureOf(connections.get(strict))).message).to.match(
      /^jump host 127.*: the host key .* is not known/,
    );
    await connections.get({ ...strict, knownHostsFiles: knownFor('both', [web, jump]) });
  });

  it('do not share a connection whose host key only one of them accepts', async () => {
    const web = await server();
    await connections.get(target({ port: web.port }));
    const strict = target({ port: web.port, hostKeyChecking: 'strict' });
    expect((await failureOf(connections.get(strict))).message).to.contain('is not known');
  });

  it('do not share a login that only one of them has the key for', async () => {
    const web = await server();
    await connections.get(target({ port: web.port }));
    const without = target({ port: web.port, privateKeyFile: join(folder, 'none') });
    expect((await failureOf(connections.get(without))).message).to.contain('there is no key file');
  });

  it('are named each by its own name', async () => {
    const web = await server();
    for (const name of ['asks', 'wrong']) {
      const connection = await connections.get(target({ name, port: web.port }));
      const become = { method: 'doas', user: 'other', password: 'p', exe: '/no/such' };
      await failureOf(connection.shell(become));
      await connection.close();
      expect((await failureOf(connection.shell())).message).to.equal(`connection to ${name} is closed`);
    }
  });
});
