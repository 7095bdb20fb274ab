import type { HostConnection } from './connection.ts';
import { Bastions } from './ssh/jump-hosts.ts';
import { type Connection, loginOf, type Target } from './types.ts';

/** The connections of a run: one for each target, opened when first asked for. */
export class Connections {
  readonly #open = new Map<string, Promise<HostConnection>>();
  readonly #bastions = new Bastions();
  readonly #all: HostConnection[] = [];

  /** Two that ask at once share the opening. One that failed or was lost is tried anew by the next who asks. */
  async get(target: Target): Promise<Connection> {
    const key = loginOf(target);
    const present = this.#open.get(key);
    if (present) {
      const connection = await present;
      if (connection.alive) return connection;
      if (this.#open.get(key) === present) this.#open.delete(key);
      return this.get(target);
    }
    const opening = this.#connect(target);
    this.#open.set(key, opening);
    opening.catch(() => {
      if (this.#open.get(key) === opening) this.#open.delete(key);
    });
    return opening;
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

  async closeAll(): Promise<void> {
    const opening = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(opening.map((connection) => connection.then((open) => open.close()).catch(() => {})));
    this.#bastions.closeAll();
  }

  async #connect(target: Target): Promise<HostConnection> {
    // Imported when used: a run against this machine alone loads no ssh2, one over SSH no child_process.
    const connection =
      target.kind === 'local'
        ? (await import('./local/local.ts')).openLocal(target)
        : await (await import('./ssh/ssh.ts')).openSsh(target, this.#bastions);
    this.#all.push(connection);
    return connection;
  }
}
