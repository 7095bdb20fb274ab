import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Bench, say } from './bench.ts';
import { work } from './ground.ts';
import { median } from './measure.ts';

/** From the start of the command to its first packet to a host, by round. */
export const startSeconds: number[] = [];

/** A host that only listens: the first bytes it receives end the measurement. */
export async function measureStart(bench: Bench): Promise<void> {
  const server = createServer().listen(0, '127.40.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  const hosts = [{ name: 'listens', address: '127.40.0.1', port: address.port, of: bench.ground.hosts[0]!.name }];
  const ground = bench.groundOf('start', hosts);
  const [file, ...args] = bench.tsplay(
    join(work, 'ha-prep.yml'),
    '-i',
    ground.inventory,
    '-e',
    `@${join(work, 'vars.yml')}`,
  );
  try {
    for (let round = 0; round < 7; round++) {
      const start = performance.now();
      const child = spawn(file!, args, { stdio: 'ignore' });
      const ended = once(child, 'exit');
      const [socket] = (await once(server, 'connection')) as [Socket];
      await once(socket, 'data');
      startSeconds.push((performance.now() - start) / 1000);
      child.kill('SIGKILL');
      await ended;
      socket.destroy();
    }
  } finally {
    server.close();
  }
  say(`start-up to the first packet: ${median(startSeconds).toFixed(3)} s`);
}
