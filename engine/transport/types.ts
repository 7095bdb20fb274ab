/** The settings of a connection over SSH that have a row in ssh/options.ts, which says where each comes from. */
export interface SshSettings {
  readonly user: string;
  readonly port: number;
  /** `user@host:port`, several separated by commas, as in OpenSSH's ProxyJump. */
  readonly proxyJump?: string;
  /** Files in OpenSSH's known_hosts format; all are consulted, new keys are added to the first. */
  readonly knownHostsFiles: readonly string[];
  /** Consulted as well. */
  readonly globalKnownHostsFiles?: readonly string[];
  readonly hostKeyChecking: 'strict' | 'accept-new' | 'off';
  readonly connectTimeoutSeconds: number;
  readonly privateKeyFile?: string;
  readonly password?: string;
  readonly privateKeyPassphrase?: string;
  readonly addressFamily?: 4 | 6;
  /** The name under which known_hosts files have the host's key, instead of its address. */
  readonly hostKeyAlias?: string;
  /** Keys that are refused wherever they come from: one a line, or a KRL. */
  readonly revokedHostKeys?: string;
  /** Bits of the smallest RSA key that is taken, of the host's and of one's own; 1024 by default. */
  readonly requiredRsaSize?: number;
  /** Log in with the named key files only, whatever else the agent holds. */
  readonly identitiesOnly?: boolean;
  /** The socket of the agent, $VARIABLE or `none`. */
  readonly identityAgent?: string;
  readonly pubkeyAuthentication?: boolean;
  readonly passwordAuthentication?: boolean;
  readonly kbdInteractiveAuthentication?: boolean;
  /** Ways to log in, the first to be tried first; others are not tried. */
  readonly preferredAuthentications?: readonly string[];
  /* Algorithms that may be used: patterns are left to ssh, which resolves them. */
  readonly kexAlgorithms?: readonly string[];
  readonly ciphers?: readonly string[];
  readonly macs?: readonly string[];
  readonly hostKeyAlgorithms?: readonly string[];
  readonly pubkeyAcceptedAlgorithms?: readonly string[];
}

/** All that is needed to reach a host; made from its connection variables (target.ts). */
export interface Target extends SshSettings {
  /** The host's name in the inventory, as messages show it. */
  readonly name: string;
  readonly kind: 'ssh' | 'openssh' | 'local';
  readonly address: string;
  /** The settings that nobody set: their values are defaults, which the configuration of ssh overrides. */
  readonly unset?: readonly (keyof SshSettings)[];
  /** Options given as arguments for ssh, in order: the name in lower case, the value. */
  readonly sshOptions?: readonly (readonly [name: string, value: string])[];
  /** Read instead of ~/.ssh/config and /etc/ssh/ssh_config; `none` is no file. */
  readonly sshConfigFile?: string;
}

/** Which user to become on the host, and how. */
export interface Become {
  /** One of `becomeMethods`. */
  readonly method: string;
  readonly user: string;
  readonly password?: string;
  readonly flags?: string;
  /** The program of the method, as a command line: `/usr/local/bin/sudo`, `sudo su`. */
  readonly exe?: string;
}

/** A row of the table in become/methods.ts. */
export interface BecomeMethod {
  readonly name: string;
  /** Where its use is allowed, for a hint: `in /etc/doas.conf`. */
  readonly allowedBy: string;
  /** Throws BecomeFailed where this method cannot do it. */
  start(request: BecomeRequest): BecomeStart;
}

export interface BecomeRequest {
  readonly user: string;
  /** The words of the program instead of the method's name. */
  readonly exe?: readonly string[];
  /** The user's own flags instead of the method's. */
  readonly flags?: readonly string[];
  /** Whether a password can be given; without one the method must not ask. */
  readonly asksPassword: boolean;
  /** A word that nothing else prints. */
  readonly token: string;
  /** The command line to run as the other user, quoted. */
  readonly shell: string;
}

export interface BecomeStart {
  readonly command: string;
  readonly prompt?: BecomePrompt;
}

/** How to recognize that a password is asked for. */
export interface BecomePrompt {
  readonly sign: RegExp;
  readonly on: readonly ('stdout' | 'stderr')[];
}

/** A script for /bin/sh; several in one call are one round trip, each run in its own subshell, in turn. */
export interface Script {
  readonly text: string;
  /** The script's standard input; closed (</dev/null) when missing. */
  readonly stdin?: Buffer;
  /** It does more than read: its time is reported separately (--profile). */
  readonly mayChange?: true;
  /** The script is ended after so many seconds (exit code 124); 0 is no limit. */
  readonly timeoutSeconds?: number;
}

export interface RawOutput {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/*
 * Every call below that can wait takes a signal. Once it is aborted the call rejects with the signal's reason; calls of
 * others that share what is being opened go on.
 */

/** One long-lived /bin/sh on the host for one user. It runs one call after the other, in the order in which they came. */
export interface Shell {
  /** An abort ends the whole shell: all other calls in it reject with Unreachable, and the connection opens another. */
  run(scripts: readonly Script[], signal?: AbortSignal): Promise<readonly RawOutput[]>;
}

/** One connection to one host. Its shells are opened when first asked for, and kept. */
export interface Connection {
  readonly target: Target;
  /** What a person should know of how it was opened. */
  readonly warning?: string | undefined;
  /** Round trips made so far by all shells, the opening of each included. */
  readonly roundTrips: number;
  /** `upload`: a second shell with its own channel, so that large content delays nobody. */
  shell(become?: Become, purpose?: 'upload', signal?: AbortSignal): Promise<Shell>;
  /** Does not wait for the host. */
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

/** Another channel was refused: the host allows no more of them in one connection (MaxSessions). */
export class ChannelRefused extends Unreachable {}

/** The host stays silent in a connection that is open. */
export class NoAnswer extends Unreachable {}

/** The login worked but becoming the other user did not: a failure of the task. */
export class BecomeFailed extends Error {
  override readonly name = 'BecomeFailed';
  readonly hint?: string;

  constructor(message: string, hint?: string) {
    super(message);
    if (hint !== undefined) this.hint = hint;
  }
}
