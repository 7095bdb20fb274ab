import type { Connection, Shell } from '../../transport/types.ts';

/** What is waited for: a connection or a shell, the answer to reads, the end of commands that may change something. */
export const waits = ['connect', 'read', 'change'] as const;
export type Wait = (typeof waits)[number];

/** Where the time of a run went, in milliseconds. The parts of `all` add up to the whole. */
export interface ProfileSummary {
  /** From the start of the program until the first host is contacted: loading and checking. */
  readonly start: number;
  /** While several hosts are waited for, waiting counts as the latest stage among them: a change, then reads, then connecting. */
  readonly all: Readonly<Record<Wait | 'controller', number>>;
  /** Each host by itself; `times` are round trips. */
  readonly hosts: Readonly<
    Record<string, Readonly<Record<Wait, { readonly times: number; readonly milliseconds: number }>>>
  >;
}

interface Account {
  times: number;
  milliseconds: number;
  /** How many wait now, and since when at least one has. */
  waiting: number;
  since: number;
}

/** Accounts for what a run waits for; while nothing is waited for, the controller is working. */
export class Profile {
  readonly #now: () => number;
  readonly #start: number;
  #last: number;
  readonly #waiting: Record<Wait, number> = { connect: 0, read: 0, change: 0 };
  readonly #all: Record<Wait | 'controller', number> = { connect: 0, read: 0, change: 0, controller: 0 };
  readonly #hosts = new Map<string, Record<Wait, Account>>();
  readonly #known = new WeakMap<Connection, Connection>();

  /** The time since the start of the program. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#start = this.#last = now();
  }

  /** Simultaneous waits of one kind on one host count once. */
  async wait<T>(host: string, wait: Wait, work: () => Promise<T>): Promise<T> {
    const own = this.#of(host)[wait];
    const begun = this.#turn();
    this.#waiting[wait]++;
    if (own.waiting++ === 0) own.since = begun;
    try {
      return await work();
    } finally {
      const ended = this.#turn();
      this.#waiting[wait]--;
      own.times++;
      if (--own.waiting === 0) own.milliseconds += ended - own.since;
    }
  }

  /** The same connection, accounted for. */
  watched(connection: Connection): Connection {
    let watching = this.#known.get(connection);
    if (!watching) {
      const { target } = connection;
      const shells = new WeakMap<Shell, Shell>();
      watching = {
        target,
        get roundTrips() {
          return connection.roundTrips;
        },
        shell: async (become, purpose, signal) => {
          const shell = await this.wait(target.name, 'connect', () => connection.shell(become, purpose, signal));
          const known = shells.get(shell);
          if (known) return known;
          const watchedShell: Shell = {
            run: (scripts, ending) =>
              this.wait(target.name, scripts.some((s) => s.mayChange) ? 'change' : 'read', () =>
                shell.run(scripts, ending),
              ),
          };
          shells.set(shell, watchedShell);
          return watchedShell;
        },
        close: () => connection.close(),
      };
      this.#known.set(connection, watching);
    }
    return watching;
  }

  summary(): ProfileSummary {
    this.#turn();
    const summarize = ({ times, milliseconds }: Account) => ({ times, milliseconds });
    const hosts = [...this.#hosts].map(([name, of]) => [
      name,
      { connect: summarize(of.connect), read: summarize(of.read), change: summarize(of.change) },
    ]);
    return { start: this.#start, all: { ...this.#all }, hosts: Object.fromEntries(hosts) };
  }

  /** Accounts for the time since the last turn. */
  #turn(): number {
    const now = this.#now();
    const busy = waits.findLast((wait) => this.#waiting[wait] > 0) ?? 'controller';
    this.#all[busy] += now - this.#last;
    this.#last = now;
    return now;
  }

  #of(host: string): Record<Wait, Account> {
    const none = (): Account => ({ times: 0, milliseconds: 0, waiting: 0, since: 0 });
    const own = this.#hosts.get(host) ?? { connect: none(), read: none(), change: none() };
    this.#hosts.set(host, own);
    return own;
  }
}
