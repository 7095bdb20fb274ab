import { expect } from 'chai';
import type { Event } from '../../../engine/run/events/event.ts';
import { connectorOver } from '../../../engine/run/host/connector.ts';
import type { Connections } from '../../../engine/transport/pool.ts';
import type { Target } from '../../../engine/transport/types.ts';

it('says once of each host how it is reached, where that is not the usual way', async () => {
  const events: Event[] = [];
  const target = { name: 'web1', kind: 'ssh', address: 'web1', user: 'me', port: 22 } as Target;
  const noteOf: Readonly<Record<string, string | undefined>> = { web1: 'with ssh', web2: 'with ssh', web3: undefined };
  const connections = {
    get: (wanted: Target) => Promise.resolve({ target: wanted, note: noteOf[wanted.name] }),
  } as unknown as Connections;
  const run = { emit: (event: Event) => void events.push(event), options: {} };
  const connector = connectorOver(connections, undefined, run as never);
  for (const name of ['web1', 'web2', 'web3', 'web1'])
    await connector.connect(
      { name, reachedAt: () => {} } as never,
      { ...target, name },
      false,
      new AbortController().signal,
    );
  expect(events).to.deep.equal(['web1', 'web2'].map((host) => ({ event: 'connected', host, message: 'with ssh' })));
});
