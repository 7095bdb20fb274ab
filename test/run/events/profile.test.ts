import { expect } from 'chai';
import { showProfile } from '../../../engine/report/profile.ts';
import { Profile } from '../../../engine/run/events/profile.ts';
import type { Connection, Script } from '../../../engine/transport/types.ts';
import { trace } from '../trace.ts';

/** A profile by a clock that only the test moves. */
function profiled(): { profile: Profile; pass: (milliseconds: number) => void } {
  let now = 100;
  return { profile: new Profile(() => now), pass: (milliseconds) => void (now += milliseconds) };
}

describe('profile', () => {
  it('adds up to the whole, however many hosts are waited for at a time', async () => {
    const { profile, pass } = profiled();
    pass(5);
    let first = (): void => {};
    let second = (): void => {};
    const a = profile.wait('a', 'read', () => new Promise<void>((done) => (first = done)));
    pass(10);
    const b = profile.wait('b', 'change', () => new Promise<void>((done) => (second = done)));
    pass(20);
    second();
    await b;
    pass(40);
    first();
    await a;
    pass(3);
    const { start, all, hosts } = profile.summary();
    expect(start).to.equal(100);
    expect(all).to.deep.equal({ controller: 8, connect: 0, read: 50, change: 20 });
    expect(hosts['a']!.read).to.deep.equal({ times: 1, milliseconds: 70 });
    expect(hosts['b']!.change).to.deep.equal({ times: 1, milliseconds: 20 });
  });

  it('counts once what several tasks of a host wait for together', async () => {
    const { profile, pass } = profiled();
    const ends: (() => void)[] = [];
    const both = [1, 2].map(() => profile.wait('a', 'connect', () => new Promise<void>((done) => ends.push(done))));
    pass(30);
    for (const end of ends) end();
    await Promise.all(both);
    expect(profile.summary().hosts['a']!.connect).to.deep.equal({ times: 2, milliseconds: 30 });
  });

  it('tells questions from what may change something', async () => {
    const { profile } = profiled();
    const shell = { run: (scripts: readonly Script[]) => Promise.resolve(scripts.map(() => answer)) };
    const answer = { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
    const connection: Connection = {
      target: { name: 'a' } as Connection['target'],
      roundTrips: 0,
      shell: () => Promise.resolve(shell),
      close: () => Promise.resolve(),
    };
    const watched = profile.watched(connection);
    expect(profile.watched(connection)).to.equal(watched);
    const own = await watched.shell();
    await own.run([{ text: 'true' }, { text: 'true' }]);
    await own.run([{ text: 'true', mayChange: true }]);
    const { read, change } = profile.summary().hosts['a']!;
    expect([read.times, change.times]).to.deep.equal([1, 1]);
  });

  it('shows the hosts that were waited for longest', () => {
    const none = { times: 0, milliseconds: 0 };
    const host = (milliseconds: number) => ({
      connect: { times: 1, milliseconds: 100 },
      read: { times: 2, milliseconds },
      change: none,
    });
    const hosts = Object.fromEntries([300, 100, 200, 400, 500, 600].map((ms, i) => [`h${i}`, host(ms)]));
    expect(showProfile({ start: 250, all: { connect: 100, read: 600, change: 0, controller: 50 }, hosts })).to.equal(`
WHERE THE TIME WENT     1.00 s
  start, reading and checking     0.25 s  25 %
  connecting                      0.10 s  10 %
  waiting for answers             0.60 s  60 %
  waiting for commands            0.00 s   0 %
  controller                      0.05 s   5 %
  h5  connect    0.10 s     2 round trips    0.60 s     0 commands    0.00 s
  h4  connect    0.10 s     2 round trips    0.50 s     0 commands    0.00 s
  h3  connect    0.10 s     2 round trips    0.40 s     0 commands    0.00 s
  h0  connect    0.10 s     2 round trips    0.30 s     0 commands    0.00 s
  h2  connect    0.10 s     2 round trips    0.20 s     0 commands    0.00 s
  … and 1 more
`);
  });

  it('stands in the recap where it is asked for', async () => {
    const playbook = '- hosts: all\n  tasks:\n    - copy: { content: x, dest: DIR/x }\n';
    const inventory = 'all: { hosts: { a: { ansible_connection: local } } }\n';
    const { recap } = await trace({ playbook, inventory, options: { profile: true } });
    expect(recap.profile!.hosts['a']!.read.times).to.be.at.least(1);
    expect(recap.profile!.hosts['a']!.change.times).to.be.at.least(1);
    expect((await trace({ playbook, inventory })).recap).not.to.have.property('profile');
  });
});
