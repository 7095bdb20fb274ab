import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { run } from './run.ts';

/** Modules that a cluster's hosts load with modprobe: the kernel option and the module's path. */
const MODULES: readonly (readonly [option: string, path: string])[] = [
  ['OVERLAY_FS', 'kernel/fs/overlayfs/overlay.ko'],
  ['BRIDGE', 'kernel/net/bridge/bridge.ko'],
  ['BRIDGE_NETFILTER', 'kernel/net/bridge/br_netfilter.ko'],
  ['NF_CONNTRACK', 'kernel/net/netfilter/nf_conntrack.ko'],
  ['NF_NAT', 'kernel/net/netfilter/nf_nat.ko'],
  ['IP_VS', 'kernel/net/netfilter/ipvs/ip_vs.ko'],
  ['IP_VS_RR', 'kernel/net/netfilter/ipvs/ip_vs_rr.ko'],
  ['IP_VS_WRR', 'kernel/net/netfilter/ipvs/ip_vs_wrr.ko'],
  ['IP_VS_SH', 'kernel/net/netfilter/ipvs/ip_vs_sh.ko'],
  ['VETH', 'kernel/drivers/net/veth.ko'],
  ['VXLAN', 'kernel/drivers/net/vxlan/vxlan.ko'],
  ['DUMMY', 'kernel/drivers/net/dummy.ko'],
];

/** This machine's modules, if its kernel has loadable ones: the hosts see the same folder. */
export function machineModules(): string | undefined {
  const folder = `/lib/modules/${release()}`;
  return existsSync(`${folder}/modules.dep`) ? folder : undefined;
}

/** The modules that are built into a kernel with this configuration, as modules.builtin lists them. */
export function builtinModules(config: string): string[] {
  const inside = new Set(config.split('\n').filter((line) => line.endsWith('=y')));
  return MODULES.filter(([option]) => inside.has(`CONFIG_${option}=y`)).map(([, path]) => path);
}

/** A modules folder for a kernel without loadable modules, so that modprobe finds what is built in. */
export async function moduleFiles(): Promise<Map<string, string>> {
  if (machineModules()) return new Map();
  const list = `${builtinModules(await kernelConfig()).join('\n')}\n`;
  const folder = `usr/lib/modules/${release()}`;
  return new Map([
    [`${folder}/modules.builtin`, list],
    [`${folder}/modules.order`, ''],
  ]);
}

async function kernelConfig(): Promise<string> {
  if (existsSync('/proc/config.gz')) return gunzipSync(await readFile('/proc/config.gz')).toString();
  const beside = `/boot/config-${release()}`;
  if (existsSync(beside)) return readFile(beside, 'utf8');
  const signs = {
    OVERLAY_FS: '/sys/module/overlay',
    BRIDGE: '/sys/module/bridge',
    BRIDGE_NETFILTER: '/proc/sys/net/bridge',
  };
  return Object.entries(signs)
    .filter(([, sign]) => existsSync(sign))
    .map(([option]) => `CONFIG_${option}=y`)
    .join('\n');
}

/** Writes the indexes that modprobe reads. */
export async function indexModules(root: string): Promise<void> {
  if (existsSync(`${root}/usr/lib/modules/${release()}`))
    await run("index the kernel's modules", ['depmod', '-b', `${root}/usr`, release()]);
}
