import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { cableOf, GATEWAY, hostNamespace, LAB_NAMESPACE, macOf, NETWORK_BITS } from './names.ts';
import { run } from './run.ts';
import type { LabHost } from './types.ts';

export const namespacePath = (name: string): string => `/run/netns/${name}`;

/** Runs several `ip` commands in one process. */
async function ip(what: string, namespace: string, lines: readonly string[]): Promise<void> {
  const hint = 'this needs root and network namespaces (CONFIG_NET_NS, CONFIG_VETH, CONFIG_BRIDGE)';
  const argv = ['ip', ...(namespace ? ['-n', namespace] : []), '-batch', '-'];
  await run(what, argv, { input: `${lines.join('\n')}\n`, hint });
}

/** A namespace with a bridge and no way out: packets to anywhere else are rejected at once. */
export async function makeLabNetwork(): Promise<void> {
  const look = ['ip', '-n', LAB_NAMESPACE, 'link', 'show', 'br0'];
  if ((await run("find the lab's bridge", look, { accept: 'all' })).code === 0) return;
  await removeNamespace(LAB_NAMESPACE); // incomplete, or left over from before a reboot
  await ip("make the lab's network namespace", '', [`netns add ${LAB_NAMESPACE}`]);
  await ip("make the lab's bridge", LAB_NAMESPACE, [
    'link set lo up',
    'link add br0 type bridge forward_delay 0',
    `addr add ${GATEWAY}/${NETWORK_BITS} dev br0`,
    'link set br0 up',
    'route add unreachable default',
  ]);
  const forward = 'echo 1 > /proc/sys/net/ipv4/ip_forward';
  await run('switch on forwarding in the lab', [
    'nsenter',
    `--net=${namespacePath(LAB_NAMESPACE)}`,
    'sh',
    '-c',
    forward,
  ]);
}

export async function makeHostNetwork(host: LabHost): Promise<void> {
  const namespace = hostNamespace(host.name);
  if (existsSync(namespacePath(namespace))) await removeNamespace(namespace);
  const cable = cableOf(host.name);
  // The kernel removes a namespace asynchronously: the bridge's end of its cable may still exist.
  await run(`unplug ${host.name}`, ['ip', '-n', LAB_NAMESPACE, 'link', 'delete', cable], { accept: 'all' });
  await ip(`make the network namespace of ${host.name}`, '', [`netns add ${namespace}`]);
  await ip(`plug ${host.name} into the bridge`, LAB_NAMESPACE, [
    `link add ${cable} type veth peer name eth0 address ${macOf(host.name)} netns ${namespace}`,
    `link set ${cable} master br0 up`,
  ]);
  await ip(`give ${host.name} its address`, namespace, [
    'link set lo up',
    `addr add ${host.address}/${NETWORK_BITS} dev eth0`,
    'link set eth0 up',
    `route add default via ${GATEWAY}`,
  ]);
}

export const removeHostNetwork = (name: string): Promise<void> => removeNamespace(hostNamespace(name));

export async function labNamespaces(): Promise<string[]> {
  const all = await readdir('/run/netns').catch(() => []);
  return all.filter((name) => name === LAB_NAMESPACE || name.startsWith(hostNamespace('')));
}

export async function removeNamespace(name: string): Promise<void> {
  if (existsSync(namespacePath(name))) await run(`remove the namespace ${name}`, ['ip', 'netns', 'delete', name]);
}
