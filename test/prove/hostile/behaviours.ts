import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { AuthContext, Connection, ServerChannel } from 'ssh2';

/** What one hostile host does; what it does not say is done as a good one does it. */
export interface Behaviour {
  /** Instead of SSH, with the bare connection; `good` is the port of a good server. */
  readonly socket?: (socket: Socket, good: number) => void;
  readonly login?: (attempt: AuthContext, client: Connection) => void;
  readonly loggedIn?: (client: Connection) => void;
  /** Opens no session. */
  readonly session?: 'silent' | 'refused';
  readonly exec?: (channel: ServerChannel, command: string, client: Connection) => void;
  /** Further variables in the inventory. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** It keeps a processor busy: such hosts have a process of their own. */
  readonly loud?: true;
  /** What the run says of it; a busy machine may say first that it took too long. */
  readonly says: RegExp;
}

type Protocol = Record<string, (...args: unknown[]) => unknown>;
interface Internals {
  readonly _protocol: Protocol & {
    readonly _packetRW: {
      write: { alloc(size: number): Buffer; allocStart: number; finalize(packet: Buffer): Buffer };
    };
    readonly _cipher: { encrypt(packet: Buffer): void };
  };
  readonly _sock: Socket;
}

/** Writes without an end, as fast as it is read. */
function pump(stream: NodeJS.WritableStream & { destroyed?: boolean }, piece: (i: number) => Buffer | string): void {
  let i = 0;
  stream.on('error', () => {});
  const go = (): void => {
    for (let n = 0; n < 64; n++) {
      if (stream.destroyed) return;
      if (!stream.write(piece(i++))) return void stream.once('drain', () => setImmediate(go));
    }
    setImmediate(go);
  };
  go();
}

/** Messages of the protocol without an end: ssh2 makes none of these itself. */
function packets(client: Connection, payload: Buffer): void {
  const { _protocol: protocol, _sock: socket } = client as unknown as Internals;
  const { write } = protocol['_packetRW'];
  const send = (): void => {
    const packet = write.alloc(payload.length);
    payload.copy(packet, write.allocStart);
    protocol['_cipher'].encrypt(write.finalize(packet));
  };
  const go = (): void => {
    if (socket.destroyed) return;
    for (let n = 0; n < 200; n++) send();
    if (socket.writableLength > 1 << 20) socket.once('drain', go);
    else setImmediate(go);
  };
  go();
}

const field = (text: string | Buffer): Buffer => {
  const bytes = Buffer.from(text as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const filler = 'x'.repeat(20_000);
const banner = Buffer.concat([Buffer.from([53]), field(filler), field('')]);
const ignore = Buffer.concat([Buffer.from([2]), field(filler)]);
const debug = Buffer.concat([Buffer.from([4, 1]), field(filler), field('')]);
const globalRequest = Buffer.concat([Buffer.from([80]), field('nonsense@example.org'), Buffer.from([1])]);
const channelOpen = Buffer.concat([Buffer.from([90]), field('nonsense'), Buffer.alloc(12, 1)]);

/** A good server, up to so many bytes of what it says; then silence. */
const silentAfter =
  (bytes: number) =>
  (socket: Socket, good: number): void => {
    let left = bytes;
    const through = connect(good, '127.0.0.1');
    through.on('error', () => {});
    socket.pipe(through);
    through.on('data', (data: Buffer) => {
      socket.write(data.subarray(0, left));
      left = Math.max(0, left - data.length);
    });
    socket.on('close', () => through.destroy());
  };

function drip(stream: NodeJS.WritableStream & { destroyed?: boolean }, text: string): void {
  stream.on('error', () => {});
  let i = 0;
  const timer = setInterval(() => {
    if (stream.destroyed) clearInterval(timer);
    else stream.write(text[i++ % text.length]!);
  }, 100);
}

export function realShell(channel: ServerChannel, command: string): ChildProcess {
  const child = spawn('/bin/sh', ['-c', command]);
  child.stdin.on('error', () => {});
  channel.on('error', () => {});
  channel.pipe(child.stdin);
  child.on('exit', (code) => {
    channel.exit(code ?? 1);
    channel.end();
  });
  channel.on('close', () => child.kill('SIGKILL'));
  return child;
}

/** A shell that works until `until` has come by, and then does something else. */
function shellUntil(
  channel: ServerChannel,
  command: string,
  until: RegExp,
  then: (mark: string, seen: string) => void,
) {
  const child = realShell(channel, command);
  let seen = '';
  let turned = false;
  channel.on('data', (data: Buffer) => {
    seen += data.toString('latin1');
    const mark = /tsplay-[0-9a-f]{32}/.exec(seen)?.[0];
    if (turned || mark === undefined || !until.test(seen)) return;
    turned = true;
    then(mark, seen);
  });
  child.stdout!.on('data', (data: Buffer) => turned || channel.write(data));
  child.stderr!.on('data', (data: Buffer) => turned || channel.stderr.write(data));
}

const turning =
  (act: (channel: ServerChannel, mark: string, client: Connection) => void, until = /echo 3/) =>
  (channel: ServerChannel, command: string, client: Connection) =>
    shellUntil(channel, command, until, (mark) => act(channel, mark, client));

const prompts = (attempt: AuthContext): void => {
  if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
  const ask = (): void => attempt.prompt([{ prompt: 'Once more: ', echo: false }], ask);
  ask();
};

const start = /x/; // the first program
export const tookTooLong = /does not answer|no shell|did not start within|not finished within|no longer answers/;

/** Every hostile host by its name. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  'silent-from-the-start': { socket: () => {}, says: tookTooLong },
  'silent-after-version': { socket: (socket) => void socket.write('SSH-2.0-x\r\n'), says: tookTooLong },
  'silent-in-key-exchange': { socket: silentAfter(900), says: tookTooLong },
  'silent-in-login': { login: () => {}, says: tookTooLong },
  'silent-channel': { session: 'silent', says: tookTooLong },
  'silent-exec': { exec: () => {}, says: tookTooLong },
  'silent-in-first-frame': { exec: turning(() => {}, start), says: tookTooLong },
  'silent-in-a-frame': { exec: turning((channel) => void channel.write('half')), says: tookTooLong },
  'silent-connection-later': { socket: silentAfter(3000), says: tookTooLong },
  'drips-version': { socket: (socket) => drip(socket, 'never a version '), says: tookTooLong },
  'drips-lines': { socket: (socket) => drip(socket, '\n'), says: tookTooLong },
  'drips-output': { exec: turning((channel) => drip(channel, 'drip\n')), says: tookTooLong },
  'drips-after-mark': {
    exec: turning((channel, mark) => drip(channel, `${mark} `), start),
    says: /out of order|did not start/,
  },
  'garbage-at-once': {
    loud: true,
    socket: (socket) => pump(socket, () => randomBytes(20_000)),
    says: /failed|before the login|hangs up/,
  },
  'garbage-after-version': {
    loud: true,
    socket(socket) {
      socket.write('SSH-2.0-x\r\n');
      pump(socket, () => randomBytes(20_000));
    },
    says: /failed|before the login|hangs up/,
  },
  'lines-before-version': {
    loud: true,
    socket: (socket) => pump(socket, () => 'x\r\n'.repeat(5000)),
    says: /failed|before the login|hangs up/,
  },
  'hangs-up': { socket: (socket) => void socket.destroy(), says: /hangs up/ },
  'banners-without-end': {
    loud: true,
    login: (_attempt, client) => packets(client, banner),
    says: /before the login|hangs up/,
  },
  'ignore-in-login': {
    loud: true,
    login: (_attempt, client) => packets(client, ignore),
    says: /before the login|hangs up/,
  },
  'prompts-without-end': { login: prompts, variables: { ansible_password: 'secret' }, says: /asked more than 3 times/ },
  'refuses-every-login': { login: (attempt) => attempt.reject(['publickey', 'password']), says: /refuses the login/ },
  'refuses-channels': { session: 'refused', says: /opens no further channel/ },
  'ignore-flood': { loud: true, exec: turning((_c, _m, client) => packets(client, ignore)), says: /nobody asked for/ },
  'debug-flood': { loud: true, exec: turning((_c, _m, client) => packets(client, debug)), says: /nobody asked for/ },
  'request-flood': {
    loud: true,
    exec: turning((_c, _m, client) => packets(client, globalRequest)),
    says: /nobody asked for|does not read|not finished/,
  },
  'channel-flood': {
    loud: true,
    exec: turning((_c, _m, client) => packets(client, channelOpen)),
    says: /nobody asked for|does not read|not finished/,
  },
  'endless-start': { loud: true, exec: (channel) => pump(channel, () => filler), says: /more than 1 MiB before it/ },
  'endless-output': {
    loud: true,
    exec: turning((channel) => pump(channel, () => filler)),
    says: /more than 64 MiB|the most/,
  },
  'endless-errors': {
    loud: true,
    exec: turning((channel) => pump(channel.stderr, () => filler)),
    says: /more than 64 MiB|the most/,
  },
  'endless-small-pieces': {
    loud: true,
    exec: turning((channel) => pump(channel, () => 'x')),
    says: /more than 64 MiB|the most|not finished/,
  },
  'mark-without-newline': {
    loud: true,
    exec: turning((channel, mark) => pump(channel, (i) => (i === 0 ? mark : filler))),
    says: /out of order/,
  },
  'marks-only': {
    loud: true,
    exec: turning((channel, mark) => pump(channel, () => mark.repeat(200))),
    says: /out of order/,
  },
  'frames-ahead': {
    loud: true,
    exec: turning((channel, mark) => pump(channel, (i) => `${mark} ${i} 0\n`), start),
    says: /out of order/,
  },
  'frames-of-before': {
    loud: true,
    exec: turning((channel, mark) => pump(channel, () => `${mark} 1 0\n`)),
    says: /out of order/,
  },
  'strange-exit-code': {
    loud: true,
    exec: turning((channel, mark) => pump(channel, () => `${mark} 1 -1e9\n`)),
    says: /out of order/,
  },
  'deep-json': { variables: { levels: 9000 }, says: /nested more than 200 levels/ },
  'large-output': { variables: { bytes: 60_000_000, ansible_timeout: 60 }, says: /^$/ },
  'too-large-output': { variables: { bytes: 70_000_000 }, says: /more than 64 MiB|the most/ },
  'ends-by-signal': {
    exec: turning((channel) => {
      channel.exit('KILL', true, '\u001b[2J');
      channel.end();
    }),
    says: /ended by SIGKILL/,
  },
  'unknown-key': { variables: { ansible_host_key_checking: true }, says: /is not known/ },
  'changed-key': { variables: { ansible_host_key_checking: true, changed: true }, says: /has changed/ },
};
