import { expect } from 'chai';
import { EventQueue } from '../../engine/report/event-queue.ts';
import type { Event } from '../../engine/run/events/event.ts';

describe('the queue of events', () => {
  const event: Event = { event: 'warning', message: 'm' };

  it('holds the writer back until the reader has read', async () => {
    const queue = new EventQueue(2);
    const reader = queue.read();
    let isReady = false;
    queue.push(event);
    await queue.ready();
    queue.push(event);
    const ready = queue.ready().then(() => (isReady = true));
    await new Promise(setImmediate);
    expect(isReady).to.equal(false);
    await reader.next();
    await ready;
    queue.end();
    expect(await reader.next()).to.include({ done: false });
    expect(await reader.next()).to.include({ done: true });
  });

  it('holds nobody back once it is released, and hands over what comes then', async () => {
    const queue = new EventQueue(1);
    queue.push(event);
    const ready = queue.ready();
    queue.release();
    await ready;
    queue.push(event);
    await queue.ready();
    queue.end();
    let read = 0;
    for await (const _ of queue.read()) read++;
    expect(read).to.equal(2);
  });
});
