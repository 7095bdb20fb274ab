import type { HostConnection } from './connection.ts';
import { loginOf } from './identity.ts';
import type { SshConnector } from './ssh/ssh.ts';
import { type Connection, type Target, Unreachable } from './types.ts';
import { Openings } from './waiting.ts';

/** The connections of a run: one for each login, opened when first asked for. After `closeAll` nothing is opened any more. */
export class Connections {
  readonly #openings = new Openings<HostConnection>();
  readonly #all: HostConnection[] = [];
  #ssh: Promise<SshConnector> | undefined;
  #closed = false;

  /** Two callers that ask at once share the opening. A connection that failed or was lost is opened anew for the next caller. */
  async get(target: Target, signal?: AbortSignal): Promise<Connection> {
    if (this.#closed) throw runIsOver();
    return this.#openings.get(loginOf(target), (aborted) => this.#connect(target, aborted), signal);
  }

  /** Connections made so far, and the round trips of all of them. */
  get counts(): { readonly connections: number; readonly roundTrips: number } {
    return {
      connections: this.#all.length,
      roundTrips: this.#all.reduce((sum, connection) => sum + connection.roundTrips, 0),
    };
  }

  /** Round trips by host; the opening of each shell is one. */
  get roundTrips(): Readonly<Record<string, number>> {
    const byHost = new Map<string, number>();
    for (const { target, roundTrips } of this.#all)
      byHost.set(target.name, (byHost.get(target.name) ?? 0) + roundTrips);
    return Object.fromEntries(byHost);
  }

  /** Aborts what is being opened and closes the rest, without waiting for any host. */
  async closeAll(): Promise<void> {
    this.#closed = true;
    this.#openings.abortAll(runIsOver());
    await Promise.all(this.#all.map((connection) => connection.close()));
    (await this.#ssh)?.close(runIsOver());
    this.#ssh = undefined;
  }

  /** The modules are imported when used: a run on this machine alone loads no ssh2, one over SSH no child_process. */
  async #connect(target: Target, signal: AbortSignal): Promise<HostConnection> {
    let connection: HostConnection;
    if (target.kind === 'local') connection = (await import('./local/local.ts')).openLocal(target);
    else {
      this.#ssh ??= import('./ssh/ssh.ts').then(({ SshConnector: Connector }) => new Connector());
      connection = await (await this.#ssh).open(target, signal);
    }
    this.#all.push(connection);
    return connection;
  }
}

function runIsOver(): Unreachable {
  return new Unreachable('the run is over: no connection is opened any more');
}
