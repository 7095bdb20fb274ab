import { readFileSync } from 'node:fs';
import { Client } from 'ssh2';
import type { Ground, GroundHost } from './ground.ts';

/**
 * The floor in Node: a program that does nothing but to log in to each host and to hand it its script, 50 side by side.
 * Arguments: the ground as a JSON file, and `prepare` or `ping`.
 */
const [file = '', task = ''] = process.argv.slice(2);
const ground = JSON.parse(readFileSync(file, 'utf8')) as Ground;
const privateKey = readFileSync(ground.keyFile);
const known = new Set(readFileSync(ground.knownHosts, 'utf8').split('\n'));

function visit({ name, address, port }: GroundHost): Promise<string> {
  const client = new Client();
  return new Promise((resolve, reject) => {
    const printed: Buffer[] = [];
    client
      .on('connect', () => client.setNoDelay(true))
      .on('ready', () =>
        client.exec(task === 'ping' ? 'true' : 'sudo -n sh -s', (error, channel) => {
          if (error) return reject(error);
          channel.on('data', (chunk: Buffer) => printed.push(chunk));
          channel.stderr.on('data', (chunk: Buffer) => printed.push(chunk));
          channel.on('close', (code: number | null) => {
            client.end();
            if (code === 0) resolve(Buffer.concat(printed).toString());
            else reject(new Error(`${name}: exit code ${code}\n${Buffer.concat(printed).toString()}`));
          });
          channel.end(task === 'ping' ? '' : readFileSync(`${ground.folder}/${name}.sh`));
        }),
      )
      .on('error', (error) => reject(new Error(`${name}: ${error.message}`)))
      .connect({
        host: address,
        port,
        username: 'debian',
        privateKey,
        readyTimeout: 60_000,
        authHandler: ['publickey'],
        algorithms: { serverHostKey: ['ssh-ed25519'] },
        hostVerifier: (key: Buffer) =>
          known.has(`${port === 22 ? address : `[${address}]:${port}`} ssh-ed25519 ${key.toString('base64')}`),
      });
  });
}

const waiting = [...ground.hosts];
async function worker(): Promise<void> {
  for (let host = waiting.shift(); host; host = waiting.shift()) process.stdout.write(await visit(host));
}
await Promise.all(Array.from({ length: 50 }, worker));
