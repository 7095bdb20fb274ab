import { rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import type { Event } from '../../../engine/run/events/event.ts';
import { startServer, type TestServer } from '../../transport/ssh/server.ts';
import { layOut } from '../lay-out.ts';
import { traceIn } from '../trace.ts';

describe('connections of a run', () => {
  const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const agent = process.env['SSH_AUTH_SOCK'];
  let servers: TestServer[];
  let silent: Server;
  /** Ends what the silent host has been asked for. */
  let giveUp: () => void;
  let folder = '';

  before(() => delete process.env['SSH_AUTH_SOCK']);
  after(() => {
    if (agent !== undefined) process.env['SSH_AUTH_SOCK'] = agent;
  });
  beforeEach(async () => {
    servers = [await startServer({ publicKey: pair.public }), await startServer({ publicKey: pair.public })];
    const sockets: Socket[] = [];
    silent = createServer((socket) => void sockets.push(socket.on('error', () => {})));
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    giveUp = () => {
      silent.close();
      for (const socket of sockets) socket.destroy();
    };
  });
  afterEach(() => {
    giveUp();
    for (const server of servers) server.stop();
    rmSync(folder, { recursive: true });
  });

  /** Hosts a and b are servers, host c accepts connections and says nothing. */
  function lay(playbook: string): void {
    const ports = [...servers.map(({ port }) => port), (silent.address() as AddressInfo).port];
    const hosts = ports.map((port, i) => `    ${'abc'[i]}: { ansible_host: 127.0.0.1, ansible_port: ${port} }`);
    const common = '-o UserKnownHostsFile=DIR/known_hosts';
    folder = layOut({
      playbook,
      inventory: `all:\n  vars: { ansible_user: me, ansible_ssh_private_key_file: DIR/key, ansible_ssh_common_args: ${common} }\n  hosts:\n${hosts.join('\n')}\n`,
      files: { known_hosts: servers.map(({ port, hostKey }) => `[127.0.0.1]:${port} ${hostKey}\n`).join('') },
    });
    writeFileSync(join(folder, 'key'), pair.private, { mode: 0o600 });
  }

  it('are opened for the next play while one runs, where it has anything to do', async () => {
    lay(`- hosts: a
  tasks:
    - shell: until [ -e DIR/came ]; do sleep 0.05; done
      timeout: 5
- hosts: c
  tags: left_out
  tasks: [{ ping: {} }]
- hosts: b
  tasks: [{ ping: {} }]
`);
    const { logins } = servers[1]!;
    logins.push = (login) => {
      writeFileSync(join(folder, 'came'), '');
      return Array.prototype.push.call(logins, login);
    };
    const { lines, exit } = await traceIn(folder, { options: { skipTags: ['left_out'] } });
    expect(lines).to.deep.equal(['a changed shell', 'b ok ping']);
    expect(exit).to.equal(0);
  });

  it('let the others look ahead while one host says nothing', async () => {
    lay(`- hosts: all
  tasks:
    - stat: { path: DIR/one }
    - stat: { path: DIR/two }
`);
    const seen: string[] = [];
    const watch = (event: Event): void => {
      if (event.event === 'received') seen.push(event.host);
      if (seen.length === 2) giveUp();
    };
    const { lines, events, recap } = await traceIn(folder, { options: { trips: true } }, {}, { watch });
    const others = lines.filter((line) => !line.startsWith('c '));
    expect(others.sort()).to.deep.equal(['a ok stat', 'a ok stat', 'b ok stat', 'b ok stat']);
    expect(events.filter(({ event }) => event === 'received').length).to.equal(2);
    expect(recap.roundTrips).to.deep.equal({ a: 2, b: 2 });
  });

  // What had been read of this machine stayed in the cache: it is not the host that was changed.
  it("see what another host's task writes on this machine", async () => {
    lay(`- hosts: a
  tasks:
    - { name: before, stat: { path: DIR/to }, delegate_to: localhost, register: r }
    - { name: fetch, fetch: { src: DIR/hosts.yml, dest: DIR/to, flat: true } }
    - { name: after, stat: { path: DIR/to }, delegate_to: localhost, register: s }
    - { name: judged, assert: { that: ['!r.stat.exists', s.stat.exists] } }
`);
    const { lines } = await traceIn(folder, {});
    expect(lines.at(-1)).to.equal('a ok judged');
  });

  // The first attempt was not repeated.
  it('are waited for where the host is not up yet', async () => {
    lay('- { hosts: c, tasks: [{ wait_for_connection: { timeout: 20 } }, { ping: {} }] }\n');
    const { port } = silent.address() as AddressInfo;
    giveUp();
    const up = createServer((socket) => {
      const server = connect(servers[0]!.port, '127.0.0.1').on('error', () => socket.destroy());
      socket
        .on('error', () => server.destroy())
        .pipe(server)
        .pipe(socket);
    });
    const common = '-o UserKnownHostsFile=DIR/known_hosts -o StrictHostKeyChecking=no'.replace('DIR', folder);
    const watch = (event: Event): void => {
      if (event.event === 'play-start') setTimeout(() => up.listen(port, '127.0.0.1'), 700);
    };
    try {
      const extra = { ansible_ssh_common_args: common };
      const { lines } = await traceIn(folder, { extra }, {}, { watch });
      expect(lines).to.deep.equal(['c ok wait_for_connection', 'c ok ping']);
    } finally {
      up.close();
    }
  });
});
