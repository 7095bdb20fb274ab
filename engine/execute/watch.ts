import type { Connection, Shell } from '../connection/types.ts';
import type { Emit } from './event.ts';

const known = new WeakMap<Connection, Connection>();

/** The same connection, which tells what goes to the host and when the answer comes. */
export function watched(connection: Connection, emit: Emit): Connection {
  let watching = known.get(connection);
  if (!watching) {
    watching = {
      target: connection.target,
      get roundTrips() {
        return connection.roundTrips;
      },
      shell: async (become) => watchedShell(await connection.shell(become), connection.target.name, become?.user, emit),
      close: () => connection.close(),
    };
    known.set(connection, watching);
  }
  return watching;
}

function watchedShell(shell: Shell, host: string, user: string | undefined, emit: Emit): Shell {
  return {
    async run(scripts) {
      emit({ event: 'sent', host, ...(user !== undefined && { user }), scripts: scripts.map(({ text }) => text) });
      const begun = performance.now();
      const outputs = await shell.run(scripts);
      const milliseconds = Math.round(performance.now() - begun);
      emit({ event: 'received', host, codes: outputs.map(({ code }) => code), milliseconds });
      return outputs;
    },
  };
}
