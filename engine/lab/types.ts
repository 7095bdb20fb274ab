/** One host of the lab, as the inventory names it. */
export interface LabHost {
  readonly name: string;
  /** The host's own address inside the lab. */
  readonly address: string;
  /** A loopback address of this machine where the host's sshd is reachable. */
  readonly listen: string;
  readonly port: number;
}

export interface LabOptions {
  readonly hosts: readonly LabHost[];
  /** Things that are slow to make and can be made again: the image, packages, Kubernetes. */
  readonly cache: string;
  /** The lab itself: keys, writable layers, logs. */
  readonly state: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Build and serve Kubernetes' packages and images as well (minutes the first time). */
  readonly kubernetes: boolean;
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
