import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import type { Shape } from '../../engine/expressions/shape.ts';
import { facts } from '../../engine/facts/facts.ts';

function has(shape: Shape, value: unknown): boolean {
  if (shape === 'any') return true;
  if (shape === 'int') return Number.isSafeInteger(value);
  if (shape === 'bool') return typeof value === 'boolean';
  if (shape === 'string') return typeof value === 'string';
  if ('list' in shape) return Array.isArray(value) && value.every((item) => has(shape.list, item));
  const fields = Object.entries(value as object);
  if ('values' in shape) return fields.every(([, field]) => has(shape.values, field));
  const names = Object.keys(shape.fields);
  return fields.length === names.length && fields.every(([name, field]) => has(shape.fields[name] ?? 'any', field));
}

describe('the shapes of facts', () => {
  for (const [name, { probe, shape }] of facts)
    it(`${name} holds what its shape says`, () => {
      const stdout = execFileSync('sh', ['-c', `${probe.script} || :`], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const value = probe.parse({ code: 0, stdout, stderr: '' });
      expect(has(shape, value), JSON.stringify(value)).to.equal(true);
    });
});

describe('the offset of a clock', () => {
  for (const ahead of [600, -600])
    it(`of one that is ${ahead} s ahead`, () => {
      const stdout = `${Math.round(Date.now() / 1000) + ahead}\n`;
      const offset = facts.get('clock_offset')!.probe.parse({ code: 0, stdout, stderr: '' });
      expect(offset).to.be.closeTo(ahead, 60); // whatever the test's machine is busy with
    });
});

describe('what a host sends as a fact', () => {
  const parse = (name: string, stdout: string): unknown =>
    facts.get(name)!.probe.parse({ code: 0, stdout, stderr: '' });
  /** Each would be more than a name in a path, an address, a line or a terminal. */
  const evil = [
    '../../../etc/passwd',
    '/etc/passwd',
    'a/../../b',
    '..',
    '-rf',
    'a\u0000b',
    'a\u001b[2Jb',
    'a\u202eb',
    'x'.repeat(256),
  ];
  /** The whole output, where a part of it can be chosen. */
  const whole: Record<string, (text: string) => string> = {
    os: (text) => `ID=${text}\nVERSION_ID=1\n`,
    addresses: (text) => text.replaceAll('/', '%'),
    default_ipv4: (text) => `192.0.2.1 via ${text} dev eth0 src 10.0.0.1`,
    cpus: (text) => text,
    interfaces: (text) => `2: ${text}: <BROADCAST,UP> mtu 1500 qdisc noqueue`,
  };
  const computed = new Set(['cgroup', 'containerd', 'kubelet', 'memory_mb', 'macs']);
  for (const name of [...facts.keys()].filter((n) => !computed.has(n)))
    it(`${name} has its form, or the host fails`, () => {
      for (const text of evil)
        expect(() => parse(name, (whole[name] ?? String)(text)), JSON.stringify(text)).to.throw(
          /the host's '.*' cannot be/,
        );
    });
  it('may be what hosts do say', () => {
    expect(parse('hostname', '(none)\n')).to.equal('');
    expect(parse('fqdn', 'web1.example.com\n')).to.equal('web1.example.com');
    expect(parse('os', 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).to.include({ id: 'debian' });
    expect(parse('routes', '10.0.0.0/8\nfe80::/64\n')).to.deep.equal(['10.0.0.0/8', 'fe80::/64']);
    const links = '1: lo: <UP> mtu 65536 x\n2: eth0@if7: <UP> mtu 1450 qdisc x\n';
    const addresses =
      '2: eth0    inet 192.0.2.5/24 brd 192.0.2.255 scope global eth0\n2: eth0    inet6 2001:db8::5/64 scope global\n';
    expect(parse('interfaces', links + addresses)).to.deep.equal([
      { name: 'lo', mtu: 65536, addresses: [] },
      { name: 'eth0', mtu: 1450, addresses: ['192.0.2.5', '2001:db8::5'] },
    ]);
    expect(parse('service_manager', 'systemd\n')).to.equal('systemd');
    expect(parse('kernel', '6.1.0-18-amd64\n')).to.equal('6.1.0-18-amd64');
  });
});
