import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * A relay that makes a network far away: what comes in is handed on half a round trip later, in order and at full width.
 * The client believes itself connected at once, so what it says first is held back for the round trip that a real
 * connection takes. (The kernel can do this as well, by netem, where it has it.)
 */
export async function startDelay(listen: Endpoint, target: Endpoint, roundTripMs: number): Promise<Server> {
  const half = roundTripMs / 2;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const connectedAt = performance.now() + roundTripMs;
    near.on('error', () => near.destroy());
    setTimeout(() => {
      const far = connect({ host: target.address, port: target.port, noDelay: true, allowHalfOpen: true });
      far.on('error', () => near.destroy());
      hangUp(far, near, half);
      hangUp(near, far, half);
      forward(near, far, () => Math.max(performance.now(), connectedAt) + half);
      forward(far, near, () => performance.now() + half);
    }, half);
  });
  server.listen(listen.port, listen.address);
  await once(server, 'listening');
  return server;
}

/** One side has gone without a word: so does the other. After a proper end all that was said is still delivered. */
function hangUp(gone: Socket, other: Socket, after: number): void {
  gone.on('close', () => {
    if (!gone.readableEnded) setTimeout(() => other.destroy(), after);
  });
}

/** Writes each piece when it is due. Timers of equal length fire in order; `due` never goes back. */
function forward(from: Socket, to: Socket, due: () => number): void {
  const waiting: { readonly at: number; readonly piece: Buffer | undefined }[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    while (waiting.length > 0) {
      const left = waiting[0]!.at - performance.now();
      if (left > 0.5) {
        timer = setTimeout(flush, left);
        return;
      }
      const { piece } = waiting.shift()!;
      if (piece === undefined) to.end();
      else if (!to.write(piece)) hold();
    }
  };
  /** Whoever receives slowly is not flooded. */
  const hold = (): void => {
    from.pause();
    to.once('drain', () => from.resume());
  };
  const add = (piece: Buffer | undefined): void => {
    waiting.push({ at: due(), piece });
    if (timer === undefined) flush();
  };
  from.on('data', add).on('end', () => add(undefined));
}
