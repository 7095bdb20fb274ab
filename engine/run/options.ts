/** The command line's options about how to run. */
export interface RunOptions {
  readonly check: boolean;
  /** Show the contents of differences; a task's `diff` wins. */
  readonly diff?: boolean;
  readonly forks: number;
  readonly forceHandlers: boolean;
  /** Drop the handlers that earlier runs have left pending. */
  readonly forgetHandlers?: boolean;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly become: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly becomePassword?: string;
  readonly user?: string;
  readonly privateKey?: string;
  readonly connectionPassword?: string;
  /** For connecting; default: the ConnectTimeout of ssh's configuration, or 10. */
  readonly timeoutSeconds?: number;
  /** Emit what is sent to the hosts, and when their answers arrive. */
  readonly trips?: boolean;
  /** The name of the task to begin at; earlier tasks are left out. */
  readonly startAt?: string;
  /** Exit with 3 instead of 0 if something was, or in check mode would or may be, changed. */
  readonly detailedExitcode?: boolean;
  /** Report at the end where the time went. */
  readonly profile?: boolean;
  /** How many upcoming tasks are prefetched at most; 0: none; default: all. */
  readonly lookahead?: number;
  /** Results include everything that the module returns: the output of commands, contents of files. */
  readonly returned?: boolean;
}
