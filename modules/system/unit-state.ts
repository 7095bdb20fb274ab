/** A systemd unit: only what a change can predict exactly. */
export interface UnitState {
  /** A mask may be there without a unit. */
  readonly exists: boolean;
  /** Asked for by an alias, nothing is known but the unit's own name. */
  readonly alias?: string;
  /** Active, or on its way there: a unit that restarts in a loop (a kubelet before kubeadm) counts. */
  readonly running: boolean;
  /** `always`: it cannot be enabled or disabled (static, generated, an alias …), others start it. */
  readonly enabled: 'yes' | 'no' | 'always';
  readonly masked: boolean;
  /** The mask is gone after the next boot. */
  readonly maskedUntilBoot?: true;
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

/** What is read of a name that is an alias of this unit. */
export const aliasOf = (unit: string): UnitState => ({ ...noUnit, exists: true, alias: unit });

/** A template (`foo@.service`) is not a unit itself: it has instances. */
export const isTemplate = (unit: string): boolean => /@\.[a-z]+$/.test(unit);

/** The template of an instance: `foo@.service` of `foo@x.service`. */
export const templateOf = (unit: string): string | undefined =>
  isTemplate(unit) || !unit.includes('@') ? undefined : unit.replace(/@.*(?=\.)/, '@');

/** A name without a type is that of a service. */
export function unitName(name: string): string {
  return /\.(service|socket|target|timer|mount|automount|swap|path|slice|scope|device)$/.test(name)
    ? name
    : `${name}.service`;
}
