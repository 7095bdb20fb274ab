import { expect } from 'chai';
import type { Probe } from '../../../engine/module/probe.ts';
import { Access, type Footing } from '../../../engine/run/host/session.ts';
import { Fleet, HostState } from '../../../engine/run/host/state.ts';
import { openLocal } from '../../../engine/transport/local/local.ts';
import { type Target, Unreachable } from '../../../engine/transport/types.ts';

const place = { file: 'hosts.yml', line: 1, column: 1 };
const probe: Probe<string> = { key: 'x', script: 'echo x', parse: (out) => out.stdout.trim() };

describe('a host that was not reached ahead of a task', () => {
  const connection = openLocal({ name: 'a', kind: 'local', address: 'a', user: 'me' } as Target);
  after(() => connection.close());

  /** Not there the first time. */
  function booting(): { footing: Footing; fleet: Fleet } {
    let asked = 0;
    const fleet = new Fleet();
    const footing: Footing = {
      state: new HostState({ name: 'a', place, groups: [], settings: [] }, fleet),
      login: () => 'me',
      become: undefined,
      checkMode: false,
      environment: {},
      timeoutSeconds: undefined,
      connection: () => (asked++ === 0 ? Promise.reject(new Unreachable('not there')) : Promise.resolve(connection)),
      reconnect: () => Promise.resolve(),
      secret: () => {},
      on: () => footing,
    };
    return { footing, fleet };
  }

  const outcome = (access: Access): Promise<string> => access.read(probe).catch((error: Error) => error.message);

  it('is unreachable in the task, without another try', async () => {
    const { footing } = booting();
    expect(await outcome(new Access(footing, true))).to.equal('not there');
    expect(await outcome(new Access(footing))).to.equal('not there');
  });

  it('is tried again once something was changed on another host', async () => {
    const { footing, fleet } = booting();
    expect(await outcome(new Access(footing, true))).to.equal('not there');
    fleet.changes++;
    expect(await outcome(new Access(footing))).to.equal('x');
  });
});
