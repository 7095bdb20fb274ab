import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labPaths } from '../../engine/lab/paths.ts';
import { cacheFolder } from '../../engine/source/folders.ts';

/** An sshd on loopback for this user, in a folder of its own. */
export interface Sshd {
  /** The connection variables with which a host is this machine over it. */
  readonly variables: Readonly<Record<string, unknown>>;
  stop(): void;
}

/** How to get one where there is none. */
export const sshdHint =
  "There is no sshd here, so connections were not compared. Install it (apt install openssh-server), let SSHD name another program, or build the lab's image (npx tsplay lab up -i inventory/lab.yml), which has one that root can use.";

/** Undefined where there is none. */
export async function startSshd(): Promise<Sshd | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-sshd-'));
  const start = startOf(folder);
  if (!start) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  const file = (name: string) => join(folder, name);
  for (const name of ['host_key', 'key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file(name)]);
  const port = await freePort();
  writeFileSync(file('known_hosts'), `[127.0.0.1]:${port} ${readFileSync(file('host_key.pub'), 'utf8')}`);
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host_key')}`,
    `AuthorizedKeysFile ${file('key.pub')}`,
    'PermitRootLogin prohibit-password',
    'StrictModes no',
    'UsePAM no',
    'PidFile none',
    'MaxStartups 1000',
  ];
  writeFileSync(file('sshd_config'), `${config.join('\n')}\n`);
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  const [program, ...args] = start;
  const child = spawn(program, [...args, '-D', '-e', '-f', file('sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await listening(child, port);
  return {
    variables: {
      ansible_host: '127.0.0.1',
      ansible_port: port,
      ansible_user: userInfo().username,
      ansible_private_key_file: file('key'),
      ansible_ssh_common_args: `-F none -o IdentitiesOnly=yes -o UserKnownHostsFile=${file('known_hosts')} -o GlobalKnownHostsFile=/dev/null`,
    },
    stop() {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The command of an sshd: SSHD, this machine's, or the one of the lab's image. */
function startOf(folder: string): readonly [program: string, ...args: string[]] | undefined {
  const named = process.env['SSHD'] ?? '/usr/sbin/sshd';
  if (existsSync(named)) return [named];
  const { images } = labPaths({ cache: cacheFolder(), state: '' });
  const names = existsSync(images) && userInfo().uid === 0 ? readdirSync(images) : [];
  const image = names.map((name) => join(images, name)).find((path) => existsSync(join(path, 'usr/sbin/sshd')));
  return image === undefined ? undefined : fromImage(image, folder);
}

/**
 * It is to be this machine: so it runs on this machine's files, and gets from the image only what is missing here: its
 * libraries, and the user that it needs, in a list of users that it alone sees.
 */
function fromImage(image: string, folder: string): readonly [program: string, ...args: string[]] {
  const program = join(image, 'usr/sbin/sshd'); // by its whole path: it starts itself again for each connection
  const libraries = join(folder, 'lib');
  mkdirSync(libraries);
  const needed = execFileSync('ldd', [program], { encoding: 'utf8' });
  for (const [, name] of needed.matchAll(/^\s*(\S+) => not found$/gm)) {
    const found = execFileSync('find', [join(image, 'usr/lib'), '-name', name!, '-print', '-quit'], {
      encoding: 'utf8',
    });
    symlinkSync(found.trim(), join(libraries, name!));
  }
  const users = readFileSync('/etc/passwd', 'utf8');
  const passwd = join(folder, 'passwd');
  const own = /^sshd:/m.test(users) ? '' : 'sshd:x:9022:65534::/run/sshd:/usr/sbin/nologin\n';
  writeFileSync(passwd, `${users}${own}`);
  const start = 'mount --bind "$1" /etc/passwd; shift; exec env "LD_LIBRARY_PATH=$0" "$@"';
  return ['unshare', '-m', 'sh', '-c', start, libraries, passwd, program];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    const answers = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false));
      socket.once('data', () => socket.destroy());
    });
    if (answers) return;
    await sleep(100);
  }
  throw new Error(`sshd does not start: ${said}`);
}
