import { dirname, resolve } from 'node:path';
import { graph } from '../../inventory/graph.ts';
import { hostVariables, jsonText, listing } from '../../inventory/listing.ts';
import { loadInventory } from '../../inventory/load.ts';
import { selectHosts } from '../../inventory/select.ts';
import type { Inventory } from '../../inventory/types.ts';
import { harmless } from '../../report/style.ts';
import { type Diagnostic, Diagnostics, formatDiagnostic, InvalidInput } from '../../source/diagnostic.ts';
import { suggest } from '../../source/nearest.ts';
import type { Vault } from '../../vault/vault.ts';
import { command, flag, list, option, optionalValue } from '../command.ts';
import { explain } from '../explain.ts';
import { extraVars } from '../extra.ts';
import { expectOutput, extraVarsOption, inventoryOption, outputOf, vaultOptions } from '../options.ts';
import { noInventory, UsageError } from '../problem.ts';
import { type VaultOptions, vaultFrom } from '../vault-passwords.ts';

export interface InventoryOptions extends VaultOptions {
  readonly inventory?: readonly string[];
  readonly limit?: readonly string[];
  readonly extraVars?: readonly string[];
  readonly playbook?: string;
  readonly list?: boolean;
  /** The group to begin at; true: from the top. */
  readonly graph?: string | true;
  readonly vars?: boolean;
  readonly host?: string;
  readonly explain?: string;
  readonly output: string;
}

const forms = ['human', 'json'];

export const row = command({
  name: 'inventory',
  about: 'show the hosts, groups and variables of an inventory',
  arguments: [['[host]', 'for --explain: the host']],
  options: {
    inventory: inventoryOption,
    list: flag('--list', "all of it as JSON, in the form of Ansible's inventory scripts"),
    graph: optionalValue('--graph [group]', 'the tree of groups and hosts, from this group down'),
    vars: flag('--vars', 'with --graph: the variables too'),
    host: option('--host <host>', 'the variables of one host as JSON'),
    explain: option('--explain <variable>', 'each place that sets a variable for a host, and which one wins'),
    playbook: option(
      '-p, --playbook <file>',
      'with what this playbook adds: group_vars, host_vars and, for --explain, its plays',
      { completion: 'file' },
    ),
    limit: list('-l, --limit <pattern>', 'only these hosts (repeatable)'),
    extraVars: extraVarsOption,
    output: outputOf(forms, 'for --explain: '),
    ...vaultOptions,
  },
  action: inventoryCommand,
});

/** `tsplay inventory`: shows hosts, groups and variables. Returns the exit code. */
export async function inventoryCommand(host: string | undefined, options: InventoryOptions): Promise<number> {
  checkOptions(host, options);
  const vault = await vaultFrom(options);
  const { inventory: loaded, shown } = await load(options, vault);
  const extra = await extraVars(options.extraVars ?? [], vault);
  const print = (line: string): void => void process.stdout.write(`${vault.secrets.text(line)}\n`);
  if (options.explain !== undefined) {
    const question = { variable: options.explain, host: hostOf(loaded, host!), inventory: loaded, extra, vault };
    const asJson = options.output === 'json';
    const answer = await explain(question, options.playbook, asJson);
    print(asJson ? answer : harmless(answer));
  } else if (options.host !== undefined) {
    print(jsonText(vault.secrets.value(hostVariables(loaded, hostOf(loaded, options.host).name, extra))));
  } else if (options.graph !== undefined) {
    const top = groupOf(loaded, options.graph === true ? 'all' : options.graph);
    const drawn = { hosts: new Set(shown), variables: options.vars ?? false, extra };
    print(harmless(graph(loaded, top, drawn).join('\n')));
  } else print(jsonText(vault.secrets.value(listing(loaded, shown, extra))));
  return 0;
}

function checkOptions(host: string | undefined, options: InventoryOptions): void {
  if (options.inventory === undefined) throw new UsageError(noInventory);
  const actions = (['list', 'graph', 'host', 'explain'] as const).filter((name) => options[name] !== undefined);
  if (actions.length !== 1)
    throw new UsageError(
      `say what to show: one of --list, --graph, --host and --explain${actions.length > 1 ? `, not ${actions.map((a) => `--${a}`).join(' and ')}` : ''}`,
    );
  const [action] = actions;
  if (action === 'explain' && host === undefined)
    throw new UsageError('--explain needs a variable and a host: tsplay inventory -i hosts.yml --explain port web1');
  if (action !== 'explain' && host !== undefined)
    throw new UsageError(`what is '${host}'? A host is named after --host or --explain VARIABLE`);
  if (options.vars && action !== 'graph') throw new UsageError('--vars goes with --graph');
  expectOutput(forms, options.output);
  if (options.output === 'json' && action === 'graph') throw new UsageError('--graph has no JSON form: use --list');
}

async function load(
  { inventory: sources, limit, playbook }: InventoryOptions,
  vault: Vault,
): Promise<{ inventory: Inventory; shown: readonly string[] }> {
  const diagnostics = new Diagnostics();
  const beside = playbook === undefined ? [] : [dirname(resolve(playbook))];
  const inventory = await loadInventory(sources!, diagnostics, beside, vault);
  const all = inventory.groups.get('all')?.hosts ?? [];
  const chosen = limit && new Set(selectHosts(inventory, limit, undefined, diagnostics));
  if (diagnostics.errors.some((error) => !isSealedValue(error)))
    throw new InvalidInput(vault.secrets.diagnostics(diagnostics.all));
  for (const problem of vault.secrets.diagnostics(diagnostics.all))
    if (!isSealedValue(problem)) process.stderr.write(`${formatDiagnostic(problem)}\n\n`);
  return { inventory, shown: chosen ? all.filter((name) => chosen.has(name)) : all };
}

/** A value that no password opens is shown encrypted; if it is a whole file, the command is refused. */
function isSealedValue({ code, place }: Diagnostic): boolean {
  return code === 'vault-password-missing' && (place?.column ?? 1) > 1;
}

function hostOf(inventory: Inventory, name: string) {
  const host = inventory.hosts.get(name) ?? inventory.localhost(name);
  if (host) return host;
  const hint = suggest(name, inventory.hosts.keys());
  throw new UsageError(`the inventory has no host '${name}'${hint === undefined ? '' : `; ${hint}`}`);
}

function groupOf(inventory: Inventory, name: string) {
  const group = inventory.groups.get(name);
  if (group) return group;
  const hint = suggest(name, inventory.groups.keys());
  throw new UsageError(`the inventory has no group '${name}'${hint === undefined ? '' : `; ${hint}`}`);
}
