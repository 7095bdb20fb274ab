import { type Evidence, having, isBare, nodeOf, refuse, type Verdict } from './evidence.ts';

/** A host that cannot become this node without leaving a place that it has already: told before anything is changed. */
export function stranger(e: Evidence): Verdict | undefined {
  const other = foreign(e);
  if (other !== undefined) return refuse('foreign', other);
  const { node, cluster } = e;
  const has = having(node);
  if (e.role === 'worker' && has('apiManifest'))
    return refuse('other-role', 'this host is a control plane, and is to be a worker');
  if (!cluster) return undefined;
  const named = nodeOf(e);
  const placed = cluster.answer.nodes.find((n) => n.name !== e.name && n.address === e.address && e.address !== '');
  if (placed?.ready && (!isBare(node) || !named))
    return refuse('renamed', `the cluster has this address, ${e.address}, as Node '${placed.name}', not '${e.name}'`);
  if (isBare(node) && named?.ready && named.address !== e.address)
    return refuse(
      'name-taken',
      `the cluster has a Ready Node '${e.name}' with another address, ${named.address}; this host has ${e.address}`,
    );
  if (e.role === 'control-plane' && has('kubeletConf') && !has('apiManifest') && named?.ready)
    return refuse('other-role', 'this host is a worker, and is to be a control plane');
  return undefined;
}

function foreign(e: Evidence): string | undefined {
  const { node } = e;
  const clusters = [
    ...(e.cluster ? [{ host: e.cluster.through, pins: e.cluster.pins }] : []),
    ...e.silent.map(({ host, pins }) => ({ host, pins })),
  ];
  const other = clusters.find(({ pins }) => pins.length > 0 && !node.pins.some((pin) => pins.includes(pin)));
  if (node.pins.length > 0 && other)
    return `this host trusts the CA ${node.pins.join(', ')}, the cluster of ${other.host} has ${other.pins.join(', ')}`;
  const [one, another] = clusters.filter(({ pins }) => pins.length > 0);
  const apart = clusters.find(({ pins }) => one && pins.length > 0 && !pins.some((pin) => one.pins.includes(pin)));
  if (one && another && apart)
    return `the control planes are of different clusters: ${one.host} has the CA ${one.pins.join(', ')}, ${apart.host} has ${apart.pins.join(', ')}`;
  const port = e.endpoint.replace(/^.*:/, '');
  const own = e.address.includes(':') ? `[${e.address}]:${port}` : `${e.address}:${port}`;
  if (node.server === '' || node.server === e.endpoint || (e.role === 'control-plane' && node.server === own))
    return undefined;
  return `the kubelet of this host belongs to the API server ${node.server}, the cluster is at ${e.endpoint}`;
}
