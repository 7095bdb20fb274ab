import type { Shape } from '../expressions/shape.ts';

/** What the facts hold, for finding mistakes before a host is asked: the names are those of facts.ts (held by a test). */
export const factShapes: Readonly<Record<string, Shape>> = {
  os: { fields: { id: 'string', family: 'string', version: 'string', codename: 'string', pretty_name: 'string' } },
  architecture: 'string',
  kernel: 'string',
  hostname: 'string',
  fqdn: 'string',
  cpus: 'int',
  memory_mb: 'int',
  machine_id: 'string',
  product_uuid: 'string',
  cgroup: 'string',
  time: 'int',
  clock_offset: 'int',
  addresses: { list: 'string' },
  routes: { list: 'string' },
  macs: { list: 'string' },
  default_ipv4: { fields: { address: 'string', interface: 'string', gateway: 'string' } },
  containerd: 'string',
  kubelet: 'string',
  service_manager: 'string',
  virtualization: 'string',
};
