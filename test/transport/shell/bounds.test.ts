import { PassThrough } from 'node:stream';
import { mock } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { Frames } from '../../../engine/transport/shell/frames.ts';
import { HeldOutput } from '../../../engine/transport/shell/held.ts';
import { ShellSession } from '../../../engine/transport/shell/session.ts';
import type { Script } from '../../../engine/transport/types.ts';
import { failureOf } from './shells.ts';

const mebibyte = 1024 * 1024;

/** A shell that says what the test says, once the session has sent its first program. */
function shellThat(scripts: readonly Script[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let destroyed = 0;
  const session = new ShellSession(
    { stdin, stdout, stderr, onClosed: () => {}, end: () => {}, destroy: () => void destroyed++ },
    { host: 'web1', startTimeoutSeconds: 10 },
  );
  const failed = failureOf(session.run(scripts));
  let mark = '';
  stdin.on('data', (data: Buffer) => {
    mark ||= /tsplay-[0-9a-f]{32}/.exec(data.toString('latin1'))?.[0] ?? '';
  });
  const tick = () => new Promise<void>((done) => setImmediate(done));
  return { session, failed, stdout, stderr, tick, mark: () => mark, destroyed: () => destroyed };
}

type Say = (mark: string) => string;
/** What a stream says that it may not, and on which; the other one says what a good shell would. */
const floods: readonly [string, Say, stream: 'stdout' | 'stderr', message: RegExp][] = [
  ['frames that nothing was sent for', (mark) => `${mark} 0 0\n${mark} 1 0\n${mark} 2 0\n`, 'stdout', /out of order/],
  ['the same on the other stream', (mark) => `${mark} 0 0\n${mark} 1 0\n${mark} 2 0\n`, 'stderr', /out of order/],
  [
    'many frames at once',
    (mark) => Array.from({ length: 1000 }, (_, i) => `${mark} ${i} 0\n`).join(''),
    'stdout',
    /out of order/,
  ],
  ['a frame twice', (mark) => `${mark} 0 0\n${mark} 0 0\n`, 'stdout', /out of order/],
  ['a frame of later', (mark) => `${mark} 1 0\n`, 'stdout', /out of order/],
  ['a mark and no newline', (mark) => `${mark}${'x'.repeat(1000)}`, 'stdout', /out of order/],
  ['no number', (mark) => `${mark} 0 NaN\n`, 'stdout', /out of order/],
  ['a strange number', (mark) => `${mark} 0 -1e9\n`, 'stdout', /out of order/],
  ['a sequence in another spelling', (mark) => `${mark} 0x0 0\n`, 'stdout', /out of order/],
  [
    'a long start',
    () => 'x'.repeat(mebibyte + 100),
    'stdout',
    /^what starts the shell on web1 printed more than 1 MiB before it$/,
  ],
  ['a long start with errors', () => 'x'.repeat(mebibyte + 100), 'stderr', /printed more than 1 MiB before it$/],
];

describe('a shell that sends what it may not', () => {
  for (const [what, say, stream, message] of floods)
    it(`is ended at once: ${what}`, async () => {
      const shell = shellThat([{ text: ':' }]);
      await shell.tick();
      shell[stream].write(say(shell.mark()));
      expect((await shell.failed).message).to.match(message);
      expect([shell.destroyed(), shell.session.alive, shell.session.held]).to.deep.equal([1, false, 0]);
    });

  it('counts what it keeps, until it is handed on', async () => {
    const shell = shellThat([{ text: ':' }, { text: ':' }]);
    await shell.tick();
    shell.stdout.write(`${shell.mark()} 0 0\n12345${shell.mark()} 1 0\n123${shell.mark()} 2 0\n`);
    await shell.tick();
    expect(shell.session.held).to.equal(8);
    shell.stderr.write(`${shell.mark()} 0 0\n${shell.mark()} 1 0\n`);
    await shell.tick();
    expect(shell.session.held).to.equal(8);
    shell.stderr.write(`${shell.mark()} 2 0\n`);
    await shell.tick();
    expect(shell.session.held).to.equal(0);
  });

  it('is given up where a read takes for ever', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const shell = shellThat([{ text: ':' }]);
      await shell.tick();
      for (const stream of [shell.stdout, shell.stderr]) stream.write(`${shell.mark()} 0 0\n`);
      await shell.tick();
      mock.timers.tick(600_000);
      expect((await shell.failed).message).to.equal('web1 did not answer a read within 600 s');
    } finally {
      mock.timers.reset();
    }
  });
});

describe('output of all hosts together', () => {
  const holder = (bytes: number) => {
    const one = { held: 0, let: 0, letGo: () => void one.let++ };
    return { one, take: (all: HeldOutput) => all.add(one, (one.held = bytes)) };
  };

  it('costs the one that has sent most, where it is too much', () => {
    const all = new HeldOutput(100, 10);
    const hosts = [holder(30), holder(50), holder(19), holder(2)];
    for (const { take } of hosts) take(all);
    expect(hosts.map(({ one }) => one.let)).to.deep.equal([0, 1, 0, 0]);
  });

  it('costs nobody where each has sent little', () => {
    const all = new HeldOutput(100, 10);
    const hosts = Array.from({ length: 50 }, () => holder(9));
    for (const { take } of hosts) take(all);
    expect(hosts.every(({ one }) => one.let === 0)).to.equal(true);
  });

  it('is kept in few pieces, however small it comes', () => {
    const bodies: Buffer[] = [];
    const frames = new Frames('mark', ({ body }) => bodies.push(body));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 5_000; i++) frames.push(Buffer.alloc(20_000, 'x').subarray(0, 1));
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(50 * mebibyte);
    frames.push(Buffer.from('mark 0 0\n'));
    expect(bodies[0]!.equals(Buffer.alloc(5_000, 'x'))).to.equal(true);
  });
});
