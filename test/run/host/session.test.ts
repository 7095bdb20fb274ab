import { expect } from 'chai';
import type { Probe } from '../../../engine/module/probe.ts';
import { HostSession } from '../../../engine/run/host/session.ts';
import { SharedHosts } from '../../../engine/run/host/shared.ts';
import type { TaskContext } from '../../../engine/run/types.ts';
import { openLocal } from '../../../engine/transport/local/local.ts';
import { type Target, Unreachable } from '../../../engine/transport/types.ts';
import { contextOver } from '../context.ts';

const probe: Probe<string> = { key: 'x', script: 'echo x', parse: (out) => out.stdout.trim() };

describe('a host that was not reached ahead of a task', () => {
  const connection = openLocal({ name: 'a', kind: 'local', address: 'a', user: 'me' } as Target);
  after(() => connection.close());

  /** Not there the first time. */
  function booting(): { context: TaskContext; shared: SharedHosts } {
    let asked = 0;
    const shared = new SharedHosts();
    const connect = () => (asked++ === 0 ? Promise.reject(new Unreachable('not there')) : Promise.resolve(connection));
    return { context: contextOver(connect, { shared }), shared };
  }

  const outcome = (session: HostSession): Promise<string> => session.read(probe).catch((error: Error) => error.message);

  it('is unreachable in the task, without another try', async () => {
    const { context } = booting();
    expect(await outcome(new HostSession(context, true))).to.equal('not there');
    expect(await outcome(new HostSession(context))).to.equal('not there');
  });

  it('is tried again once something was changed on another host', async () => {
    const { context, shared } = booting();
    expect(await outcome(new HostSession(context, true))).to.equal('not there');
    shared.changes++;
    expect(await outcome(new HostSession(context))).to.equal('x');
  });
});
