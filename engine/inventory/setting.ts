import type { Host, Variable } from './types.ts';

const winners = new WeakMap<readonly Variable[], ReadonlyMap<string, Variable>>();

/** The setting of a variable that wins on a host. */
export function settingOf(host: Host | undefined, name: string): Variable | undefined {
  const settings = host?.settings;
  if (!settings) return undefined;
  let byName = winners.get(settings);
  if (!byName) winners.set(settings, (byName = new Map(settings.map((setting) => [setting.name, setting]))));
  return byName.get(name);
}
