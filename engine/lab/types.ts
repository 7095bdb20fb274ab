/** One host of the lab, from the inventory. */
export interface LabHost {
  readonly name: string;
  /** The host's address inside the lab. */
  readonly address: string;
  /** A loopback address of this machine where the host's sshd is reachable. */
  readonly listen: string;
  readonly port: number;
}

export interface LabOptions {
  readonly hosts: readonly LabHost[];
  /** The folder of what is slow to build and can be rebuilt: the image, packages, Kubernetes. */
  readonly cache: string;
  /** The folder of the lab itself: keys, writable layers, logs. */
  readonly state: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
  /** The versions of Kubernetes to build and serve (each takes minutes the first time). */
  readonly kubernetes: readonly string[];
}

export type HostState = 'running' | 'starting' | 'stopped' | 'failed';

export interface HostStatus {
  readonly name: string;
  readonly address: string;
  readonly listen: string;
  readonly state: HostState;
  /** When the host was started, ISO 8601. */
  readonly since?: string;
}
