import { type AddressInfo, createServer, type Server } from 'node:net';
import ssh2, { type Connection } from 'ssh2';
import { type Behaviour, behaviours, realShell } from './behaviours.ts';

/**
 * A process of its own, so that its work is not that of the run: `servers.ts good N`, `servers.ts quiet` or `servers.ts loud`: hostile ones. Prints the
 * ports as JSON on one line, and serves until its standard input ends.
 */
const key = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });

function clientOf(client: Connection, { login, loggedIn, session, exec }: Behaviour): void {
  client.on('error', () => {});
  client.on('authentication', (attempt) => (login ? login(attempt, client) : attempt.accept()));
  client.on('ready', () => loggedIn?.(client));
  client.on('session', (accept, reject) => {
    if (session === 'silent') return;
    if (session === 'refused') return reject();
    accept().on('exec', (acceptExec, _reject, { command }) => {
      const channel = acceptExec();
      channel.on('error', () => {});
      if (exec) return exec(channel, command, client);
      const child = realShell(channel, command);
      child.stdout!.pipe(channel, { end: false });
      child.stderr!.pipe(channel.stderr, { end: false });
    });
  });
}

async function serve(behaviour: Behaviour, good: number): Promise<number> {
  const ssh = new ssh2.Server({ hostKeys: [key.private] }, (client) => clientOf(client, behaviour));
  const { socket: instead } = behaviour;
  const server = instead
    ? createServer((socket) => {
        socket.on('error', () => {}).resume();
        instead(socket, good);
      })
    : (ssh as unknown as Server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

const [kind, count] = process.argv.slice(2);
const good = await serve({ says: /^$/ }, 0);
const ports: Record<string, number> = {};
if (kind === 'good')
  for (let i = 1; i <= Number(count); i++) ports[`good${i}`] = i === 1 ? good : await serve({ says: /^$/ }, 0);
else
  for (const [name, behaviour] of Object.entries(behaviours))
    if ((kind === 'loud') === (behaviour.loud ?? false)) ports[name] = await serve(behaviour, good);
process.on('uncaughtException', () => {}); // a hostile host survives what its peer does
process.stdout.write(`${JSON.stringify({ ports, hostKey: key.public.trim().split(' ').slice(0, 2).join(' ') })}\n`);
process.stdin.resume().on('end', () => process.exit());
