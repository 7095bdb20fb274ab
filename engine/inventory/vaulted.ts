import type { SourceNode } from '../source/node.ts';
import { markSecrets, openValues } from '../vault/values.ts';
import type { Draft } from './draft.ts';
import type { Variable } from './types.ts';
import type { Reading } from './variable-files.ts';
import type { VariableFolder } from './variables.ts';

/** Decrypts the `!vault` values of an inventory in one pass, and marks the values of fully encrypted files as secret. */
export async function openVariables(
  draft: Draft,
  folders: readonly VariableFolder[],
  { vault, encrypted, diagnostics }: Reading,
): Promise<void> {
  const lists: Variable[][] = [
    ...[...draft.groups.values(), ...draft.hosts.values()].map(({ variables }) => variables),
    ...folders.flatMap(({ groups, hosts }) => [...groups.values(), ...hosts.values()]),
  ];
  const open = (): ((list: readonly Variable[]) => Variable[]) => {
    const done = new Map<SourceNode, SourceNode>(); // hosts of a range share their values
    return (list) =>
      list.map((variable) => {
        const value = done.get(variable.value) ?? openValues(variable.value, vault, diagnostics);
        done.set(variable.value, value);
        return value === variable.value ? variable : { ...variable, value };
      });
  };
  lists.forEach(open());
  await vault.work(); // decrypts everything requested above
  const opened = open();
  for (const list of lists) list.splice(0, list.length, ...opened(list));
  for (const { place, value } of lists.flat()) if (encrypted.has(place.file)) markSecrets(value, vault.secrets);
}
