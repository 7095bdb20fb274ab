import { loadInventory } from '../../inventory/load.ts';
import type { Host, Inventory } from '../../inventory/types.ts';
import { DEFAULT_VERSION } from '../../lab/kubernetes/versions.ts';
import * as engine from '../../lab/lab.ts';
import { GATEWAY } from '../../lab/names.ts';
import { installRequirements, missingPackages, requirements } from '../../lab/requirements.ts';
import { LabError } from '../../lab/run.ts';
import type { LabHost, LabOptions } from '../../lab/types.ts';
import { Diagnostics, InvalidInput } from '../../source/diagnostic.ts';
import { cacheFolder, stateFolder } from '../../source/folders.ts';
import { toValue } from '../../source/node.ts';
import { command, list } from '../command.ts';
import { noInventory, UsageError } from '../problem.ts';

const actions: readonly string[] = ['up', 'down', 'reset', 'status', 'requirements'];

export const row = command({
  name: 'lab',
  about: 'real hosts on this machine, as the inventory describes them, for trying and testing (needs root)',
  arguments: [
    ['<action>', 'up, down, reset or status', () => actions],
    ['[host...]', 'for reset: only these hosts'],
  ],
  options: { inventory: list('-i, --inventory <source>', 'inventory file (repeatable)', { completion: 'file' }) },
  action: labCommand,
});

/** `tsplay lab`: real hosts on this machine, as an inventory describes them. Returns the exit code. */
export async function labCommand(
  action: string,
  names: readonly string[],
  { inventory = [] }: { readonly inventory?: readonly string[] },
): Promise<number> {
  if (!actions.includes(action)) throw new UsageError(`lab ${action}: the actions are ${actions.join(', ')}`);
  if (names.length > 0 && action !== 'reset')
    throw new UsageError(`lab ${action} takes no hosts: it is about all of them`);
  try {
    if (action === 'requirements') return await showRequirements();
    if (inventory.length === 0) throw new UsageError(noInventory);
    return await interruptible(async (signal) => act(action, names, await labOptions(inventory, signal)));
  } catch (error) {
    // about the machine, not about the command
    throw error instanceof LabError ? new UsageError(error.message) : error;
  }
}

async function act(action: string, names: readonly string[], options: LabOptions): Promise<number> {
  if (action === 'up' || action === 'reset') await installRequirements(options.log);
  if (action === 'up') await engine.labUp(options);
  if (action === 'down') await engine.labDown(options);
  if (action === 'reset') await engine.labReset(options, names.length > 0 ? names : undefined);
  const all = await engine.labStatus(options);
  const wide = Math.max(...all.map(({ name }) => name.length));
  for (const { name, address, listen, state, since } of all)
    process.stdout.write(
      `${name.padEnd(wide)}  ${state.padEnd(8)}  ${address.padEnd(12)}  ssh ${listen}${since ? `  since ${since}` : ''}\n`,
    );
  return action === 'status' && all.some(({ state }) => state === 'failed') ? 1 : 0;
}

/** Returns 1 if there is a problem that `up` cannot fix; packages that it would install are only listed. */
async function showRequirements(): Promise<number> {
  const packages = missingPackages();
  if (packages.length > 0) process.stdout.write(`lab up will install: ${packages.join(' ')}\n`);
  const problems = (await requirements()).filter((problem) => !problem.startsWith('Debian packages are missing'));
  for (const problem of problems) process.stdout.write(`- ${problem}\n`);
  if (problems.length === 0) process.stdout.write('The lab can run on this machine.\n');
  return problems.length === 0 ? 0 : 1;
}

/** Ctrl-C undoes what was begun; a second one does not interrupt that. */
async function interruptible(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (!interrupt.signal.aborted) process.stderr.write('\nInterrupted: undoing what was begun …\n');
    interrupt.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await work(interrupt.signal);
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    throw error;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** The lab that inventory files describe, in the folders of this user. */
export async function labOptions(sources: readonly string[], signal: AbortSignal): Promise<LabOptions> {
  const diagnostics = new Diagnostics();
  const inventory = await loadInventory(sources, diagnostics);
  const hosts = describedHosts(inventory, diagnostics);
  // The lab asks for no secrets, and so for no password.
  const problems = diagnostics.all.filter(({ code }) => code !== 'vault-password-missing');
  if (problems.some(({ severity }) => severity === 'error')) throw new InvalidInput(problems);
  return {
    hosts,
    cache: cacheFolder(),
    state: stateFolder('lab'),
    log: (line) => process.stderr.write(`${line}\n`),
    signal,
    kubernetes: [...new Set([...inventory.hosts.values()].filter(wantsKubernetes).flatMap(kubernetesVersions))],
  };
}

/** Kubernetes takes minutes to build: only for hosts that are configured to fetch it from the lab. */
function wantsKubernetes(host: Host): boolean {
  const urls = ['packages_mirror', 'kubernetes_repository_url'].map((name) => setting(host, name));
  return urls.some((url) => typeof url === 'string' && `${url}/`.startsWith(`http://${GATEWAY}/`));
}

/** The version that the host is to have, and others to serve beside it, for upgrades. */
function kubernetesVersions(host: Host): string[] {
  const named = setting(host, 'kubernetes_version') ?? DEFAULT_VERSION;
  return [named, ...[setting(host, 'lab_kubernetes_versions') ?? []].flat()].map(String);
}

function describedHosts(inventory: Inventory, diagnostics: Diagnostics): LabHost[] {
  return [...inventory.hosts.values()].map((host) => {
    const text = (name: string): string => {
      const value = setting(host, name);
      if (typeof value === 'string') return value;
      diagnostics.error(
        'lab-host',
        host.place,
        `${host.name} has no ${name}`,
        'a lab host needs node_ip (10.20.1.N) and ansible_host (127.20.1.N)',
      );
      return '';
    };
    return {
      name: host.name,
      address: text('node_ip'),
      listen: text('ansible_host'),
      port: Number(setting(host, 'ansible_port') ?? 22),
    };
  });
}

/** The value that wins, as it was written: the lab needs plain values, not templates. */
function setting(host: Host, name: string): unknown {
  const found = host.settings.findLast((variable) => variable.name === name);
  return found && toValue(found.value);
}
