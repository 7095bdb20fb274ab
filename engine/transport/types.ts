/** All that is needed to reach a host; made from its connection variables (connection/target.ts). */
export interface Target {
  /** The host's name in the inventory: what messages call it. */
  readonly name: string;
  readonly kind: 'ssh' | 'local';
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly privateKeyFile?: string;
  readonly privateKeyPassphrase?: string;
  /** Files in the form of OpenSSH's known_hosts; all are consulted, new keys go into the first. */
  readonly knownHostsFiles: readonly string[];
  readonly hostKeyChecking: 'strict' | 'accept-new' | 'off';
  /** `user@host:port`, several separated by commas, as OpenSSH's ProxyJump. */
  readonly proxyJump?: string;
  readonly connectTimeoutSeconds: number;
  /** What nobody set: the values here are defaults, which give way to ~/.ssh/config. */
  readonly unset?: readonly (
    | 'user'
    | 'port'
    | 'proxyJump'
    | 'knownHostsFiles'
    | 'hostKeyChecking'
    | 'connectTimeoutSeconds'
  )[];
}

/** What makes two targets one login: they can share a connection, and what is read over one is what the other would read. */
export function loginOf({ kind, address, port, user }: Target): string {
  return JSON.stringify([kind, address, port, user]);
}

/** Whom to become on the host, and how. */
export interface Become {
  readonly method: 'sudo' | 'doas' | 'su';
  readonly user: string;
  readonly password?: string;
  readonly flags?: string;
}

/** A script for /bin/sh; several in one call are one round trip, each run in a subshell of its own, in turn. */
export interface Script {
  readonly text: string;
  /** Given to the script as its standard input; closed (</dev/null) when missing. */
  readonly stdin?: Buffer;
  /** It is no mere question: what it takes is told apart (--profile). */
  readonly mayChange?: true;
  /** After so many seconds the script is ended (exit code 124). */
  readonly timeoutSeconds?: number;
}

export interface RawOutput {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** One long-lived /bin/sh on the host for one user. It takes up one call after the other, in the order in which they came. */
export interface Shell {
  run(scripts: readonly Script[]): Promise<readonly RawOutput[]>;
}

/** One connection to one host. Its shells are opened when first asked for, and kept. */
export interface Connection {
  readonly target: Target;
  /** Round trips made so far by all shells, the opening of each included. */
  readonly roundTrips: number;
  /** `upload`: one beside it with a channel of its own, so that large content is in nobody's way. */
  shell(become?: Become, purpose?: 'upload'): Promise<Shell>;
  close(): Promise<void>;
}

/** The host cannot be reached or was lost: not a failure of a task. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly hint?: string;

  constructor(message: string, hint?: string) {
    super(message);
    if (hint !== undefined) this.hint = hint;
  }
}

/** A further channel was refused: the host allows no more of them in one connection (MaxSessions). */
export class ChannelRefused extends Unreachable {}

/** The login worked but becoming the other user did not: a failure of the task. */
export class BecomeFailed extends Error {
  override readonly name = 'BecomeFailed';
  readonly hint?: string;

  constructor(message: string, hint?: string) {
    super(message);
    if (hint !== undefined) this.hint = hint;
  }
}
