import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import { startServer, type TestServer } from '../transport/ssh/server.ts';
import { type Files, layOut } from './lay-out.ts';

/** What a program prints that runs a playbook by the library and then has nothing more to do. */
interface Left {
  readonly exit: number;
  readonly lines: readonly string[];
  /** What nobody has caught. */
  readonly unhandled: readonly string[];
}

const program = (library: string): string => `
process.on('unhandledRejection', (error) => unhandled.push(String(error)));
const unhandled = [];
const { run } = await import(${JSON.stringify(library)});
const [folder, options] = JSON.parse(process.argv[1]);
let exit;
const lines = [];
for await (const event of run({ playbook: folder + '/site.yml', inventory: folder + '/hosts.yml', ...options })) {
  if (event.event === 'result') lines.push([event.host, event.status, event.task].join(' '));
  if (event.event === 'recap') exit = event.exit;
}
console.log(JSON.stringify({ exit, lines, unhandled }));
`;

describe('the process of a run', function () {
  this.timeout(30_000);
  const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const library = new URL('../../engine/library.ts', import.meta.url).href;
  let server: TestServer;
  let folder = '';
  beforeEach(async () => {
    server = await startServer({ publicKey: pair.public });
  });
  afterEach(() => {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Resolves when the program has ended by itself: a connection or timer that is left keeps it. */
  async function run(files: Files, options: object = {}): Promise<Left> {
    folder = layOut({ ...files, files: { key: pair.private, ...files.files } });
    const { SSH_AUTH_SOCK: _, ...env } = process.env;
    const input = JSON.stringify([folder, options]);
    const node = ['--import=tsx', '--input-type=module', '-e', program(library), input];
    const child = spawn(process.execPath, node, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (data: Buffer) => (text += data));
    try {
      await once(child, 'close');
      return JSON.parse(text) as Left;
    } finally {
      child.kill('SIGKILL');
    }
  }

  const inventory = (names: readonly string[], more = ''): string => `all:
  vars: { ansible_user: me, ansible_ssh_private_key_file: DIR/key, ansible_host_key_checking: false, ansible_host: 127.0.0.1, ansible_port: ${server.port} }
  hosts:
    lost: { ansible_port: 1 }
    here: { ansible_connection: local }
${names.map((name) => `    ${name}: { ansible_user: ${name} }\n`).join('')}${more}`;

  // Connections of the next play that waited for a fork were opened after all had been closed, and stayed.
  it('ends where a whole batch was lost while more hosts than forks were being connected to', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `h${i}`);
    const { exit, lines, unhandled } = await run(
      {
        inventory: inventory(names),
        playbook: '- { hosts: lost, tasks: [{ ping: {} }] }\n- { hosts: "h*", tasks: [{ ping: {} }] }\n',
      },
      { forks: 2 },
    );
    expect([exit, lines, unhandled]).to.deep.equal([4, ['lost unreachable ping'], []]);
    while (server.clients.size > 0) await new Promise((done) => setTimeout(done, 20));
  });

  // A host that is no longer in the inventory when its connection should be opened ahead.
  it('is not ended by what prevents the connections of the next play', async () => {
    const { exit, lines, unhandled } = await run({
      inventory: inventory(['gone']),
      files: { 'less.yml': inventory([]) },
      playbook: `- hosts: here
  tasks:
    - { copy: { src: DIR/less.yml, dest: DIR/hosts.yml } }
    - { meta: refresh_inventory }
- hosts: here
  tasks: [{ command: sleep 1 }]
- hosts: here,gone
  tasks: [{ ping: {} }]
`,
    });
    expect([exit, unhandled]).to.deep.equal([0, []]);
    expect(lines).to.deep.equal(['here changed copy', 'here changed command', 'here ok ping']);
  });
});
