import { BlockList, isIP } from 'node:net';
import { define, text } from './define.ts';

export const networkFunctions = [
  define({
    name: 'cidrContains',
    summary: 'Whether a network contains an address or another network.',
    parameters: [text('network'), text('address')],
    result: 'bool',
    examples: [
      [['10.0.0.0/8', '10.20.0.0/16'], true],
      [['10.20.1.0/24', '10.20.2.1'], false],
    ],
    run: cidrContains,
  }),
  define({
    name: 'cidrOverlaps',
    summary: 'Whether two networks have an address in common.',
    parameters: [text('a'), text('b')],
    result: 'bool',
    examples: [[['10.20.0.0/16', '10.0.0.0/8'], true]],
    run: cidrOverlaps,
  }),
];

interface Network {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly block: BlockList;
}

/** `10.0.0.5` without a prefix length is a network of one address. */
export function cidrContains(cidr: string, address: string): boolean {
  const [outer, inner] = [parse(cidr), parse(address)];
  return prefix(cidr) <= prefix(address) && hasAddress(outer, inner);
}

/** Of two networks either one contains the other or they are disjoint: they overlap where one has the other's address. */
export function cidrOverlaps(a: string, b: string): boolean {
  const [x, y] = [parse(a), parse(b)];
  return hasAddress(x, y) || hasAddress(y, x);
}

function hasAddress(outer: Network, inner: Network): boolean {
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
