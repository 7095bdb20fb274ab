import type { Connection, Shell } from '../../transport/types.ts';
import type { Emit } from './event.ts';

const known = { open: new WeakMap<Connection, Connection>(), hidden: new WeakMap<Connection, Connection>() };

/** The same connection, which emits what is sent to the host and when the answer arrives; for a task with no_log only when. */
export function traced(connection: Connection, emit: Emit, hidden: boolean): Connection {
  const alike = hidden ? known.hidden : known.open;
  let tracing = alike.get(connection);
  if (!tracing) {
    tracing = {
      target: connection.target,
      get roundTrips() {
        return connection.roundTrips;
      },
      shell: async (become, purpose, signal) =>
        tracedShell(
          await connection.shell(become, purpose, signal),
          connection.target.name,
          become?.user,
          emit,
          hidden,
        ),
      close: () => connection.close(),
    };
    alike.set(connection, tracing);
  }
  return tracing;
}

function tracedShell(shell: Shell, host: string, user: string | undefined, emit: Emit, hidden: boolean): Shell {
  return {
    async run(scripts, signal) {
      const shown = scripts.map(({ text }) => (hidden ? 'hidden by no_log' : text));
      emit({ event: 'sent', host, ...(user !== undefined && { user }), scripts: shown });
      const begun = performance.now();
      const outputs = await shell.run(scripts, signal);
      const milliseconds = Math.round(performance.now() - begun);
      emit({ event: 'received', host, codes: outputs.map(({ code }) => code), milliseconds });
      return outputs;
    },
  };
}
