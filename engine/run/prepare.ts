import { dirname, resolve } from 'node:path';
import { factShapes } from '../facts/facts.ts';
import { loadInventory } from '../inventory/load.ts';
import type { Inventory } from '../inventory/types.ts';
import type { AnyModule } from '../module/module.ts';
import { checkDelegates } from '../playbook/delegates.ts';
import { lintPlaybook } from '../playbook/lint/lint.ts';
import { checkTags } from '../playbook/lint/names.ts';
import { loadPlaybook } from '../playbook/parse.ts';
import { startingAt } from '../playbook/start-at.ts';
import type { Play, Playbook } from '../playbook/types.ts';
import { withOwnModules } from '../project/modules.ts';
import { type Diagnostic, Diagnostics, InvalidInput } from '../source/diagnostic.ts';
import type { SourceNode } from '../source/node.ts';
import { InventoryValues } from '../variables/inventory-values.ts';
import { Vault } from '../vault/vault.ts';
import { checkConnections } from './connections.ts';
import { growthOf } from './growth.ts';
import { areForLocalhost, type Chosen, checkLimit, chooseHosts, namesOf } from './hosts.ts';
import type { RunOptions } from './options.ts';
import { checkPlaySettings } from './play/settings.ts';
import type { Confirm, RunPolicy } from './types.ts';

/** What to run, on what. Paths are relative to the current folder or absolute. */
export interface RunRequest {
  readonly playbooks: readonly string[];
  /** Playbooks among them that are not in files, by absolute path: those of the command line. */
  readonly written?: ReadonlyMap<string, SourceNode>;
  readonly inventories: readonly string[];
  /** No inventory was named, and the plays are to run: only those for localhost can. */
  readonly onlyLocalhost?: boolean;
  /** Further folders of roles, absolute. */
  readonly rolesPath?: readonly string[];
  /** Host patterns as --limit takes them; of several, the hosts of any. */
  readonly limit?: string | readonly string[];
  readonly extra: ReadonlyMap<string, unknown>;
  /** With the passwords that were given; without it nothing can be decrypted. */
  readonly vault?: Vault;
  /** The modules that tsplay brings; the project's own are found beside the playbooks. */
  readonly modules: ReadonlyMap<string, AnyModule>;
  readonly options: RunOptions;
  readonly confirm?: Confirm;
  readonly policy?: RunPolicy;
  /** Awaited before each task: whoever reads the events can make the run wait. */
  readonly ready?: () => Promise<void>;
  /** Warnings are errors. */
  readonly strict?: boolean;
  /** The folder in which handlers that have not run are kept for the next run; without it they are forgotten. */
  readonly journal?: string;
}

/** All that has been read and checked, before any host is touched. */
export interface Prepared {
  readonly inventory: Inventory;
  readonly playbook: Playbook;
  /** The hosts of each play, in inventory order, --limit applied. */
  readonly hosts: ReadonlyMap<Play, readonly string[]>;
  readonly warnings: readonly Diagnostic[];
  readonly vault: Vault;
}

/** Reads and checks everything that a run would use. Throws InvalidInput with all that is wrong. */
export async function prepare(request: RunRequest): Promise<Prepared> {
  const diagnostics = new Diagnostics({ strict: request.strict ?? false });
  const vault = request.vault ?? new Vault();
  const inventory = await readInventory(request, vault, diagnostics);
  const { playbooks, modules, extra, written, rolesPath = [] } = request;
  const known = await withOwnModules(foldersOf(request), modules, diagnostics, { inputs: vault.inputs, rolesPath });
  const playbook = await loadPlaybook(playbooks, known, diagnostics, vault, extra, written, rolesPath);
  const values = new InventoryValues(inventory);
  const { options, limit } = request;
  const growth = growthOf(playbook);
  const choice = { limit, extra, mayAppear: growth.mayAppear };
  const isMissing =
    request.inventories.length === 0 &&
    !(request.onlyLocalhost && (growth.grows || areForLocalhost(playbook.plays, inventory, extra, diagnostics)));
  // Without an inventory all that names hosts, or variables of theirs, would look wrong.
  const without = isMissing || (diagnostics.hasErrors && inventory.hosts.size === 0);
  const hosts = without ? new Map<Play, Chosen>() : chooseHosts(playbook.plays, inventory, choice, diagnostics);
  checkLimit(choice, hosts, growth.grows, diagnostics);
  const names = without ? {} : { inventory: namesOf(inventory, hosts, growth.grows, values) };
  checkPlaySettings(playbook.plays, extra, diagnostics);
  lintPlaybook(
    playbook,
    { ...names, extra: new Set(extra.keys()), facts: factShapes, become: options.become },
    diagnostics,
  );
  values.useForReaching(new Set([...hosts.values()].flatMap(({ all }) => all)));
  values.report(diagnostics);
  if (!without) checkDelegates(playbook, inventory.hosts, growth.mayAppear, diagnostics);
  if (!diagnostics.hasErrors) await checkConnections(request, inventory, hosts, diagnostics);
  checkTags(playbook, [...request.options.tags, ...request.options.skipTags], diagnostics);
  const plays = startingAt(playbook.plays, options, diagnostics);
  if (diagnostics.hasErrors) throw new InvalidInput(vault.secrets.diagnostics(diagnostics.all));
  const whole = playbook.plays.slice(-plays.length);
  return {
    inventory,
    playbook,
    hosts: new Map(plays.map((play, i) => [play, hosts.get(whole[i]!)?.limited ?? []])),
    warnings: vault.secrets.diagnostics(diagnostics.all),
    vault,
  };
}

function foldersOf({ playbooks }: RunRequest): readonly string[] {
  return playbooks.map((file) => dirname(resolve(file)));
}

export function readInventory(request: RunRequest, vault: Vault, diagnostics: Diagnostics): Promise<Inventory> {
  return loadInventory(request.inventories, diagnostics, foldersOf(request), vault);
}
