import { PassThrough } from 'node:stream';
import { mock } from 'node:test';
import { expect } from 'chai';
import { FloodGuard } from '../../../engine/transport/ssh/flood.ts';

const mebibyte = 1024 * 1024;

describe('what a server sends', () => {
  let now = 0;
  beforeEach(() => mock.method(performance, 'now', () => now));
  afterEach(() => mock.restoreAll());

  function guarded(loggedIn = true) {
    const socket = new PassThrough();
    const ended: string[] = [];
    const guard = new FloodGuard(socket, (why) => ended.push(why));
    if (loggedIn) guard.loggedIn();
    return { ended, guard, send: (bytes: number) => void socket.emit('data', Buffer.alloc(bytes)) };
  }

  it('is little before the login is done', () => {
    const { ended, send } = guarded(false);
    send(mebibyte);
    expect(ended).to.deep.equal([]);
    send(1);
    send(mebibyte);
    expect(ended).to.deep.equal(['it sent more than 1 MiB before the login was done']);
  });

  it('is no more than a little beside the output of commands', () => {
    const { ended, send } = guarded();
    for (let i = 0; i < 5; i++) send(mebibyte);
    expect(ended).to.deep.equal(['it sent more than 4 MiB that nobody asked for']);
  });

  it('may be any amount of output, even in the smallest packets', () => {
    const { ended, guard, send } = guarded();
    const channel = new PassThrough().resume();
    guard.counts(channel);
    for (let i = 0; i < 100_000; i++) {
      channel.push(Buffer.from('x'));
      send(100);
    }
    channel.push(Buffer.alloc(64 * mebibyte));
    send(65 * mebibyte);
    expect(ended).to.deep.equal([]);
  });

  it('may be keepalives and new keys for as long as it likes', () => {
    const { ended, send } = guarded();
    for (let i = 0; i < 100; i++) {
      send(mebibyte / 10);
      now += 1000;
    }
    expect(ended).to.deep.equal([]);
  });
});
