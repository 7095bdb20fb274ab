/** A systemd unit: only what a change can predict exactly. */
export interface UnitState {
  readonly exists: boolean;
  /** Active, or on its way there: a unit that restarts in a loop (a kubelet before kubeadm) counts. */
  readonly running: boolean;
  /** `always`: it cannot be enabled or disabled (static, generated, an alias …), others start it. */
  readonly enabled: 'yes' | 'no' | 'always';
  readonly masked: boolean;
  /** Its files are newer than what systemd has loaded. */
  readonly outdated: boolean;
  /** It runs once and is inactive again when that went well. */
  readonly oneshot: boolean;
}

export const noUnit: UnitState = {
  exists: false,
  running: false,
  enabled: 'no',
  masked: false,
  outdated: false,
  oneshot: false,
};

/** A name without a type is that of a service. */
export function unitName(name: string): string {
  return /\.(service|socket|target|timer|mount|automount|swap|path|slice|scope|device)$/.test(name)
    ? name
    : `${name}.service`;
}
