import { connect, createServer } from 'node:net';

/**
 * Forwards each connection of a listening socket (descriptor 3, bound outside the lab's network) to an address inside,
 * where this process runs. systemd-socket-proxyd does the same, but delays small packets (Nagle's algorithm), which costs
 * 40 ms per round trip.
 */
const [address, port] = process.argv.slice(2);

const server = createServer({ noDelay: true, allowHalfOpen: true }, (outside) => {
  const inside = connect({ host: address!, port: Number(port), noDelay: true, allowHalfOpen: true });
  outside.pipe(inside).pipe(outside);
  outside.on('error', () => inside.destroy()).on('close', () => inside.destroy());
  inside.on('error', () => outside.destroy()).on('close', () => outside.destroy());
});
server.listen({ fd: 3 });
