import { expect } from 'chai';
import { withAddition } from '../../engine/inventory/addition.ts';
import { Draft } from '../../engine/inventory/draft.ts';
import { isGroupName, isHostName } from '../../engine/module/line.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { add_host } from '../../modules/control/add_host.ts';
import { group_by } from '../../modules/control/group_by.ts';
import { load } from './given.ts';

/** Names that would be more than a name in a path, an argument list, a pattern or a terminal. */
const bad = [
  '..',
  '.',
  '.ssh',
  '../up',
  'a/../../b',
  '/etc/passwd',
  'a/b',
  'a/../b',
  '-oProxyCommand=x',
  '--help',
  'a\nb',
  'a\rb',
  'a\0b',
  'a\u001b[2Jb',
  'a\u202eb',
  'a\u200bb',
  'a\u2028b',
  'a\u0085b',
];
/** No group may be called so either, except for what only patterns give a meaning. */
const badHosts = [...bad, 'a b', 'a;b', '$(id)', '`id`', 'a|b', "a'b", 'a"b', 'a{b}', '{{ x }}', 'a*', 'x'.repeat(256)];
const good = [
  'web1',
  'web-1.example.com',
  '10.0.0.1',
  '2001:db8::1',
  'fe80::1%eth0',
  '_x',
  'münchen',
  'me@host',
  'a+b',
];

const program = (list: object): string => `#!/bin/sh\ncat <<'END_OF_LIST'\n${JSON.stringify(list)}\nEND_OF_LIST\n`;
const codesOf = async (hosts: string): Promise<readonly string[]> =>
  (await load({ hosts })).complaints.map((c) => c.split(' ')[1]!);
const yaml = (value: object): string => JSON.stringify(value);

function added(host: string, groups: readonly string[], parents: readonly string[] = []): readonly string[] {
  const diagnostics = new Diagnostics();
  const place = { file: 'p.yml', line: 1, column: 1 };
  withAddition(new Draft(diagnostics), { host, groups, parents, variables: {}, origin: 'task', place }, diagnostics);
  return diagnostics.errors.map(({ code }) => code);
}

describe('names of hosts and groups', () => {
  for (const name of badHosts)
    it(`refuses the host ${JSON.stringify(name).slice(0, 40)} wherever it comes from`, async () => {
      expect(isHostName(name)).to.equal(false);
      expect(add_host.lint!({ name })).to.match(/is not a host name/);
      expect(added(name, [])).to.include('inventory-host-name');
      expect(await codesOf(program({ _meta: { hostvars: {} }, web: { hosts: [name] } }))).to.include(
        'inventory-host-name:',
      );
      expect(await codesOf(program({ web: [name] }))).to.include('inventory-host-name:');
      expect(await codesOf(yaml({ all: { hosts: { [name]: {} } } }))).to.include('inventory-host-name:');
    });
  for (const name of bad)
    it(`refuses the group ${JSON.stringify(name)} wherever it comes from`, async () => {
      expect(isGroupName(name)).to.equal(false);
      expect(add_host.lint!({ name: 'a', groups: [name] })).to.match(/is not a group name/);
      expect(group_by.lint!({ key: name })).to.match(/is not a group name/);
      expect(group_by.lint!({ key: 'a', parents: [name] })).to.match(/is not a group name/);
      expect(added('a', [name])).to.include('inventory-group-name');
      expect(added('a', ['b'], [name])).to.include('inventory-group-name');
      for (const list of [{ [name]: { hosts: ['a'] } }, { web: { children: [name] } }])
        expect(await codesOf(program({ _meta: { hostvars: {} }, ...list }))).to.include('inventory-group-name:');
      expect(await codesOf(yaml({ all: { children: { [name]: {} } } }))).to.include('inventory-group-name:');
    });
  for (const name of good)
    it(`accepts ${name}`, async () => {
      expect(isHostName(name)).to.equal(true);
      expect(add_host.lint!({ name })).to.deep.equal([]);
      expect(added(name, [])).to.deep.equal([]);
      expect(await codesOf(program({ _meta: { hostvars: {} }, web: [name] }))).to.deep.equal([]);
    });
  it('accepts the groups that inventory programs make', () => {
    for (const name of ['tag:role=web', 'tag_Name_my host', 'us-east-1', 'os_Debian'])
      expect(isGroupName(name), name).to.equal(true);
  });
});
