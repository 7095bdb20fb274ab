import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadInventory } from '../../engine/inventory/load.ts';
import type { Inventory } from '../../engine/inventory/types.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { toValue } from '../../engine/source/node.ts';

/** Loads an inventory from files given as data; `#!` files are made executable. */
export async function load(
  files: Readonly<Record<string, string>>,
  sources: readonly string[] = ['hosts'],
): Promise<{ inventory: Inventory; complaints: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-inventory-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
      if (text.startsWith('#!')) chmodSync(join(folder, name), 0o755);
    }
    const diagnostics = new Diagnostics();
    const inventory = await loadInventory(
      sources.map((source) => (source.includes(',') ? source : join(folder, source))),
      diagnostics,
    );
    const complaints = diagnostics.all.map(({ place, severity, code, message, hint }) => {
      const text = `${place?.file.replace(`${folder}/`, '')}:${place?.line}:${place?.column} ${severity === 'warning' ? 'warning ' : ''}${code}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
      return text.replaceAll(`${folder}/`, '');
    });
    return { inventory, complaints };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The groups with their hosts, `all` left out. */
export function groupsOf(inventory: Inventory): Record<string, string> {
  return Object.fromEntries(
    [...inventory.groups.values()].filter((g) => g.name !== 'all').map((g) => [g.name, g.hosts.join(' ')]),
  );
}

/** The winning value of each variable of a host. */
export function variablesOf(inventory: Inventory, host: string): Record<string, unknown> {
  return Object.fromEntries(inventory.hosts.get(host)!.settings.map((s) => [s.name, toValue(s.value)]));
}
