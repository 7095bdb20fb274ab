import type { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';

const mebibyte = 1024 * 1024;

/** Keys, banners and prompts of a login; the longest are those of banners. */
const mostBeforeLogin = mebibyte;

/** What no channel delivers: keys that are renewed, keepalives. So much at once, and so much a second. */
const mostUnasked = 4 * mebibyte;
const unaskedEachSecond = mebibyte / 8;

/** A server makes room for an upload: a message for every so many bytes of it. */
const written = 256;

/** What a packet takes, at most, for a byte that it delivers. */
const overhead = 128;

/** Answers that a server asks for and does not read. Uploads wait in their channels, not here. */
const mostUnread = 32 * mebibyte;

/**
 * Watches what a server sends beside the output of its commands: all hosts share this process's time and memory, and ssh2
 * takes and answers whatever comes.
 */
export class FloodGuard {
  #received = 0;
  #isLoggedIn = false;
  #unasked = 0;
  #delivered = 0;
  #at = performance.now();
  #written = 0;

  /** To be made when ssh2 listens already: what it delivers of a piece has been counted when the piece comes here. */
  constructor(socket: Duplex, end: (why: string) => void) {
    const watch = ({ length }: Buffer): void => {
      const why = this.#take(length, (socket as Partial<Socket>).bytesWritten ?? 0, socket.writableLength);
      if (why === undefined) return;
      socket.off('data', watch);
      end(why);
    };
    socket.on('data', watch);
  }

  loggedIn(): void {
    this.#isLoggedIn = true;
  }

  /** Counts what arrives in a channel as asked for. */
  counts(stream: Readable): void {
    const push = stream.push.bind(stream);
    stream.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
      if (chunk) this.#delivered += chunk.length;
      return push(chunk, encoding);
    };
  }

  #take(length: number, sent: number, unread: number): string | undefined {
    this.#received += length;
    if (!this.#isLoggedIn)
      return this.#received > mostBeforeLogin ? 'it sent more than 1 MiB before the login was done' : undefined;
    const now = performance.now();
    const left = this.#unasked - ((now - this.#at) / 1000) * unaskedEachSecond;
    this.#unasked = Math.max(
      0,
      Math.max(0, left) + length - this.#delivered * overhead - (sent - this.#written) / written,
    );
    this.#at = now;
    this.#delivered = 0;
    this.#written = sent;
    if (this.#unasked > mostUnasked) return 'it sent more than 4 MiB that nobody asked for';
    return unread > mostUnread ? 'it asks for answers and does not read them' : undefined;
  }
}
