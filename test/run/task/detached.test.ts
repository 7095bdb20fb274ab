import { expect } from 'chai';
import { removeJob } from '../../../engine/module/job.ts';
import { changeDetached } from '../../../engine/run/task/detached.ts';
import type { TaskContext } from '../../../engine/run/types.ts';
import type { HostConnection } from '../../../engine/transport/connection.ts';
import { openLocal } from '../../../engine/transport/local/local.ts';
import { type Target, Unreachable } from '../../../engine/transport/types.ts';
import { contextOver } from '../context.ts';

const target = { name: 'a', kind: 'local', address: 'a', user: 'me' } as Target;

describe('a detached command', () => {
  let connection: HostConnection;
  beforeEach(() => {
    connection = openLocal(target);
  });
  afterEach(() => connection.close());

  /** A connection that is lost when it is asked for the n-th time, and is there again once it has been opened anew. */
  function losing(nth: number, back = true): TaskContext & { readonly reconnected: number } {
    let [asked, reconnected] = [0, 0];
    const connect = () => (++asked === nth ? Promise.reject(new Unreachable('lost')) : Promise.resolve(connection));
    const reconnect = () => {
      reconnected++;
      return back ? Promise.resolve() : Promise.reject(new Unreachable('gone for good'));
    };
    return Object.defineProperty(contextOver(connect, { reconnect }), 'reconnected', {
      get: () => reconnected,
    }) as TaskContext & { readonly reconnected: number };
  }

  it('goes on while the connection is lost, and is found again', async () => {
    const context = losing(2);
    const warnings: string[] = [];
    const detachment = { seconds: 20, pollSeconds: 1 };
    const changed = await changeDetached(
      context,
      detachment,
      (message) => warnings.push(message),
      async (host) => {
        const { code, stdout } = await host.run(['sh', '-c', 'echo out; exit 3']);
        return { result: { code, stdout } };
      },
    );
    expect(changed.result).to.deep.include({ code: 3, stdout: 'out\n', started: true, finished: true });
    expect(context.reconnected).to.equal(1);
    expect(warnings.join()).to.match(/^a: lost; its job goes on; trying to reconnect for \d+ s$/);
  });

  it('makes its host unreachable where the connection does not come back in its time', async () => {
    const context = losing(2, false);
    const detachment = { seconds: 1, pollSeconds: 1 };
    const change = changeDetached(
      context,
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
