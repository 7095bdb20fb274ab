import { expect } from 'chai';
import { removeJob } from '../../../engine/module/job.ts';
import type { Footing } from '../../../engine/run/host/session.ts';
import { Fleet, HostState } from '../../../engine/run/host/state.ts';
import { changeDetached } from '../../../engine/run/task/detached.ts';
import type { HostConnection } from '../../../engine/transport/connection.ts';
import { openLocal } from '../../../engine/transport/local/local.ts';
import { type Target, Unreachable } from '../../../engine/transport/types.ts';

const target = { name: 'a', kind: 'local', address: 'a', user: 'me' } as Target;
const place = { file: 'hosts.yml', line: 1, column: 1 };

describe('a detached command', () => {
  let connection: HostConnection;
  beforeEach(() => {
    connection = openLocal(target);
  });
  afterEach(() => connection.close());

  /** A connection that is lost when it is asked for the n-th time, and is there again once it has been opened anew. */
  function losing(nth: number, back = true): Footing & { reconnected: number } {
    let asked = 0;
    const footing: Footing & { reconnected: number } = {
      state: new HostState({ name: 'a', place, groups: [], settings: [] }, new Fleet()),
      login: () => 'me',
      become: undefined,
      checkMode: false,
      environment: {},
      timeoutSeconds: undefined,
      reconnected: 0,
      connection: () => (++asked === nth ? Promise.reject(new Unreachable('lost')) : Promise.resolve(connection)),
      reconnect: () => {
        footing.reconnected++;
        return back ? Promise.resolve() : Promise.reject(new Unreachable('gone for good'));
      },
      secret: () => {},
      on: () => footing,
    };
    return footing;
  }

  it('goes on while the connection is lost, and is found again', async () => {
    const footing = losing(2);
    const warnings: string[] = [];
    const detachment = { seconds: 20, pollSeconds: 1 };
    const changed = await changeDetached(
      footing,
      detachment,
      (message) => warnings.push(message),
      async (host) => {
        const { code, stdout } = await host.run(['sh', '-c', 'echo out; exit 3']);
        return { result: { code, stdout } };
      },
    );
    expect(changed.result).to.deep.include({ code: 3, stdout: 'out\n', started: true, finished: true });
    expect(footing.reconnected).to.equal(1);
    expect(warnings.join()).to.match(/^a: lost; its job goes on, and is looked for for \d+ s$/);
  });

  it('makes its host unreachable where the connection does not come back in its time', async () => {
    const footing = losing(2, false);
    const detachment = { seconds: 1, pollSeconds: 1 };
    const change = changeDetached(
      footing,
      detachment,
      () => {},
      async (host) => {
        await host.run(['true']);
      },
    );
    const error: unknown = await change.catch((e: unknown) => e);
    expect(error).to.be.instanceOf(Unreachable);
    const [, id] = /^gone for good; its job (\S+) goes on there/.exec((error as Error).message)!;
    await (await connection.shell()).run([{ text: removeJob(id!) }]);
  });
});
