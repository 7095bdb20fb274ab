import { spawn } from 'node:child_process';
import { type AddressInfo, connect } from 'node:net';
import ssh2, { type Connection } from 'ssh2';

export interface TestServer {
  readonly port: number;
  /** The host key as known_hosts holds it: `TYPE BASE64`. */
  readonly hostKey: string;
  /** Logins so far. */
  readonly logins: { user: string; method: string }[];
  /** The methods that were tried, each key as in its file, in base64. */
  readonly attempts: { method: string; key?: string }[];
  readonly clients: Set<Connection>;
  stop(): void;
}

export interface Access {
  /** The public key that opens, in OpenSSH's form. */
  readonly publicKey?: string;
  readonly password?: string;
  readonly hostKey?: { readonly private: string; readonly public: string };
  /** Ask for the password by keyboard-interactive instead. */
  readonly interactive?: boolean;
  /** Never answers this request, though it lets everybody in: the opening of a channel, or what a shell should print. */
  readonly silent?: 'session' | 'exec';
  /** Keeps asking, with a second visible prompt, whatever the answers are; they are recorded here. */
  readonly endless?: string[][];
  /** The port that every forward leads to, as if it were in a network of its own. */
  readonly forwardTo?: number;
  /** Of one connection, at a time: shells, and channels to elsewhere. */
  readonly most?: { readonly sessions?: number; readonly forwards?: number };
}

/** A real SSH server in this process: runs commands here with /bin/sh, forwards to this machine. */
export async function startServer(access: Access): Promise<TestServer> {
  // Not ed25519: one in eighty that ssh2 makes is malformed.
  const key = access.hostKey ?? ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const allowed = access.publicKey === undefined ? undefined : publicBytes(access.publicKey);
  const logins: TestServer['logins'] = [];
  const attempts: TestServer['attempts'] = [];
  const clients = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [key.private] }, (client) => {
    clients.add(client);
    client.on('error', () => {});
    client.on('close', () => clients.delete(client));
    client.on('authentication', (attempt) => {
      const shown = attempt.method === 'publickey' ? { key: attempt.key.data.toString('base64') } : {};
      attempts.push({ method: attempt.method, ...shown });
      const methods = [
        ...(allowed ? ['publickey'] : []),
        ...(access.password === undefined ? [] : [access.interactive ? 'keyboard-interactive' : 'password']),
      ];
      const accept = () => {
        logins.push({ user: attempt.username, method: attempt.method });
        attempt.accept();
      };
      if (attempt.method === 'publickey' && allowed && attempt.key.data.equals(allowed))
        return attempt.signature ? accept() : attempt.accept();
      if (attempt.method === 'password' && !access.interactive && attempt.password === access.password) return accept();
      if (attempt.method === 'keyboard-interactive' && access.interactive) {
        const ask = (): void =>
          attempt.prompt(
            [
              { prompt: 'Code: ', echo: true },
              { prompt: 'Password: ', echo: false },
            ],
            (answers) => {
              access.endless?.push([...answers]);
              if (access.endless!.length < 10) ask();
              else attempt.reject(methods as never);
            },
          );
        if (access.endless) return ask();
        return attempt.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
          answers[0] === access.password ? accept() : attempt.reject(methods as never),
        );
      }
      attempt.reject(methods as never);
    });
    let [sessions, forwards] = [0, 0];
    client.on('session', (acceptSession, rejectSession) => {
      if (access.silent === 'session') return;
      if (sessions === access.most?.sessions) {
        rejectSession();
        return;
      }
      sessions++;
      acceptSession().on('exec', (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        if (access.silent === 'exec') return;
        const environment = { ...process.env, SSH_SERVER: String(port) };
        const child = spawn('/bin/sh', ['-c', command], { detached: true, env: environment }); // its own process group, as with sshd
        channel.on('data', (data: Buffer) => child.stdin.write(data));
        channel.on('end', () => child.stdin.end());
        channel.on('close', () => child.stdin.end());
        client.once('close', () => child.stdin.destroy());
        child.stdin.on('error', () => {});
        child.stdout.pipe(channel, { end: false });
        child.stderr.pipe(channel.stderr, { end: false });
        child.on('close', (code) => {
          sessions--;
          channel.exit(code ?? 255);
          channel.end();
        });
      });
    });
    client.on('tcpip', (acceptForward, rejectForward, info) => {
      // Only ssh2 itself says that it has no channel left.
      if (++forwards === access.most?.forwards)
        (client as unknown as Record<string, { add: () => number }>)['_chanMgr']!.add = () => -1;
      const socket = connect(access.forwardTo ?? info.destPort, info.destIP);
      socket.once('error', () => rejectForward());
      socket.once('connect', () => {
        const channel = acceptForward();
        socket.on('error', () => channel.end());
        channel.on('error', () => socket.destroy());
        socket.pipe(channel).pipe(socket);
      });
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    hostKey: key.public.trim().split(' ').slice(0, 2).join(' '),
    logins,
    attempts,
    clients,
    stop() {
      for (const client of clients) client.end();
      server.close();
    },
  };
}

function publicBytes(text: string): Buffer {
  return Buffer.from(text.split(' ')[1]!, 'base64');
}
