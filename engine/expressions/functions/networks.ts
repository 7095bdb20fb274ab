import { BlockList, isIP } from 'node:net';

interface Network {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly block: BlockList;
}

/** Whether the address (or the whole network) lies in the network; `10.0.0.5` alone is a network of one address. */
export function cidrContains(cidr: string, address: string): boolean {
  const [outer, inner] = [parse(cidr), parse(address)];
  return prefix(cidr) <= prefix(address) && holds(outer, inner);
}

/** Networks lie one in the other or apart: they overlap where one holds the other's address. */
export function cidrOverlaps(a: string, b: string): boolean {
  const [x, y] = [parse(a), parse(b)];
  return holds(x, y) || holds(y, x);
}

function holds(outer: Network, inner: Network): boolean {
  return outer.family === inner.family && outer.block.check(inner.address, inner.family);
}

function parse(cidr: string): Network {
  const [address = '', length] = cidr.split('/');
  const version = isIP(address);
  if (
    version === 0 ||
    (length !== undefined && !(/^\d+$/.test(length) && Number(length) <= (version === 4 ? 32 : 128)))
  )
    throw new TypeError(`'${cidr}' is not an IP address or network`);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, prefix(cidr), family);
  return { address, family, block };
}

function prefix(cidr: string): number {
  return Number(cidr.split('/')[1] ?? (cidr.includes(':') ? 128 : 32));
}
