import type { Template } from '../expressions/types.ts';
import type { Playbook } from '../playbook/types.ts';
import { tasksOf } from '../playbook/walk.ts';

/** What may be added to the inventory while a playbook runs. */
export interface Growth {
  readonly grows: boolean;
  /** Whether a host or group of this name may appear; one whose name is computed may have any name. */
  readonly mayAppear: (name: string) => boolean;
}

export function growthOf(playbook: Playbook): Growth {
  const tasks = playbook.plays.flatMap(tasksOf).filter(({ module }) => module.addsToInventory);
  const named: readonly Template[] = tasks.flatMap(({ module, args }) =>
    module.addsToInventory!.flatMap((argument) => args.get(argument) ?? []),
  );
  const grows = tasks.length > 0;
  if (named.some((template) => !template.constant)) return { grows, mayAppear: () => true };
  const names = new Set(named.flatMap((template) => [template.evaluate(nothing)].flat().flatMap(namesIn)));
  return { grows, mayAppear: (name) => names.has(name) };
}

function namesIn(value: unknown): readonly string[] {
  return String(value)
    .split(',')
    .map((name) => name.trim());
}

const nothing = { lookup: () => undefined, names: () => [] };
