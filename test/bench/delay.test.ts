import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect } from 'chai';
import { startDelay } from './delay.ts';

const address = '127.0.0.1';

function portOf(server: { address(): string | { port: number } | null }): number {
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port was given');
  return at.port;
}

describe('the delaying relay', () => {
  it('hands on everything in order, both ways, and the end of it', async () => {
    const echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(0, address);
    await once(echo, 'listening');
    const relay = await startDelay({ address, port: 0 }, { address, port: portOf(echo) }, 4);
    try {
      const sent = Array.from({ length: 40 }, (_, i) => randomBytes(i * 997));
      const socket = connect({ port: portOf(relay), host: address, allowHalfOpen: true });
      const received: Buffer[] = [];
      socket.on('data', (piece: Buffer) => received.push(piece));
      for (const piece of sent) socket.write(piece);
      socket.end();
      await once(socket, 'end');
      expect(Buffer.concat(received).equals(Buffer.concat(sent))).to.equal(true);
    } finally {
      relay.close();
      echo.close();
    }
  });

  it('hangs up where nobody listens behind it', async () => {
    const gone = createServer().listen(0, address);
    await once(gone, 'listening');
    const port = portOf(gone);
    await once(gone.close(), 'close');
    const relay = await startDelay({ address, port: 0 }, { address, port }, 2);
    try {
      const socket = connect(portOf(relay), address);
      await once(socket.resume(), 'close');
    } finally {
      relay.close();
    }
  });
});
