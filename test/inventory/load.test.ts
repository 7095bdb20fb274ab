import { expect } from 'chai';
import { groupsOf, load, variablesOf } from './given.ts';

/** Of the right form: salt, digest and text, in hexadecimal twice. */
const encrypted = Buffer.from(`${'ab'.repeat(32)}\n${'cd'.repeat(32)}\n${'ef'.repeat(16)}`).toString('hex');

describe('an inventory in YAML', () => {
  it('holds groups, children, hosts and variables', async () => {
    const { inventory, complaints } = await load(
      {
        'hosts.yml': `
all:
  vars: {domain: example.com}
  hosts: {lone: }
  children:
    cluster:
      children:
        masters: {hosts: {'m[1:2]': {role: master}}}
        workers: {hosts: 'w[01:03:2]'}
web:
  hosts:
    w01: {port: 80}
    db-[a:b]:2222:
`,
      },
      ['hosts.yml'],
    );
    expect(complaints).to.deep.equal([]);
    expect(groupsOf(inventory)).to.deep.equal({
      cluster: 'm1 m2 w01 w03',
      masters: 'm1 m2',
      workers: 'w01 w03',
      web: 'w01 db-a db-b',
      ungrouped: 'lone',
    });
    expect([...inventory.hosts.keys()]).to.deep.equal(['lone', 'm1', 'm2', 'w01', 'w03', 'db-a', 'db-b']);
    expect(inventory.hosts.get('w01')!.groups).to.deep.equal(['cluster', 'web', 'workers']);
    expect(inventory.groups.get('all')!.children).to.deep.equal(['ungrouped', 'cluster', 'web']);
    expect(variablesOf(inventory, 'm1')).to.deep.equal({ domain: 'example.com', role: 'master' });
    expect(variablesOf(inventory, 'db-a')).to.deep.equal({ domain: 'example.com', ansible_port: 2222 });
  });

  const wrong: [string, string[]][] = [
    ['all: {host: {a: }}', ["hosts:1:7 inventory-key: a group has no key 'host' (did you mean 'hosts'?)"]],
    [
      'all: {hosts: [a, b]}',
      [
        "hosts:1:14 inventory-type: 'hosts' of group 'all' must be a map, not a list (write each host as a key: web1: {})",
      ],
    ],
    ['- a', ['hosts:1:1 inventory-type: an inventory must be a map, not a list (write: all: { hosts: { web1: {} } })']],
    [
      'all: {hosts: {a: 5}}',
      ["hosts:1:18 inventory-type: host 'a' must be a map, not a number (write its variables as a map)"],
    ],
    [
      'all: {vars: {a-b: 5}}',
      [
        "hosts:1:14 warning variable-name: 'a-b' is not a valid variable name, so expressions cannot refer to it (use letters, digits and _, not starting with a digit; as it stands, only hostvars.HOST['a-b'] can read it)",
      ],
    ],
    [
      "all: {hosts: {'a[5:1]': }}",
      [
        'hosts:1:15 inventory-host-name: [5:1] is not a valid range: it is reversed (write a range as [1:20], [01:20], [a:f] or [1:20:2])',
      ],
    ],
    [
      "all: {hosts: {'a[01:100]': }}",
      [
        'hosts:1:15 inventory-host-name: [01:100] is not a valid range: with leading zeros, both ends must have the same length (write a range as [1:20], [01:20], [a:f] or [1:20:2])',
      ],
    ],
    [
      "all: {hosts: {'a[1:f]': }}",
      [
        'hosts:1:15 inventory-host-name: [1:f] is not a valid range: it mixes letters and numbers (write a range as [1:20], [01:20], [a:f] or [1:20:2])',
      ],
    ],
    [
      "all: {hosts: {'a b': }}",
      [
        "hosts:1:15 inventory-host-name: 'a b' is not a host name (use letters, digits, dots, - and _; write ranges as [01:20] or [a:f])",
      ],
    ],
    [
      'a: {children: {b: {children: {c: {children: {a: }}}}}}',
      ['hosts:1:31 inventory-cycle: the groups form a cycle: a → b → c → a'],
    ],
    [
      'web: {hosts: {web: }}',
      [
        "hosts:1:15 warning inventory-name-twice: 'web' is the name of both a host and a group (a pattern with this name means the host; after & or ! it means the group)",
      ],
    ],
    [
      "all: {vars: {a: yes, b: 'no', c: [Off], ansible_become: yes}}",
      [
        "hosts:1:17 warning boolean-text: yes is text here, but Ansible reads it as true (write true, or quote it: 'yes')",
        "hosts:1:35 warning boolean-text: Off is text here, but Ansible reads it as false (write false, or quote it: 'Off')",
      ],
    ],
    [
      'plugin: aws_ec2',
      ['hosts:1:1 inventory-plugin: Ansible inventory plugins are not supported (use a script that prints JSON)'],
    ],
  ];
  for (const [text, expected] of wrong)
    it(`reports what is wrong: ${text}`, async () => {
      const { complaints } = await load({ 'hosts.yml': text }, ['hosts.yml']);
      expect(complaints.map((c) => c.replace('hosts.yml', 'hosts'))).to.deep.equal(expected);
    });
});

describe('an inventory in INI', () => {
  it('holds what Ansible reads from it', async () => {
    const { inventory, complaints } = await load({
      hosts: `
# a comment
lone ansible_host=10.0.0.9 ; x
[web]
web[1:2] ansible_port=2222 name="two words" flag=True mode=0644  # trailing
web3 list="['a', 'b']" template='{{ a }}' empty=
[db:vars]
size = 5
text=plain words = here
quoted="in quotes"
map={'a': 1}
[db]
db1
[site:children]
web  # the web
db
[all:vars]
x=1.5
`.replace(' ; x', ''),
    });
    expect(complaints).to.deep.equal([]);
    expect(groupsOf(inventory)).to.deep.equal({
      ungrouped: 'lone',
      web: 'web1 web2 web3',
      db: 'db1',
      site: 'web1 web2 web3 db1',
    });
    expect(variablesOf(inventory, 'lone')).to.deep.equal({ x: 1.5, ansible_host: '10.0.0.9' });
    expect(variablesOf(inventory, 'web2')).to.deep.equal({
      x: 1.5,
      ansible_port: 2222,
      name: 'two words',
      flag: true,
      mode: '0644',
    });
    expect(variablesOf(inventory, 'web3')).to.deep.equal({ x: 1.5, list: ['a', 'b'], template: '{{ a }}', empty: '' });
    const db = variablesOf(inventory, 'db1');
    expect({ ...db, map: { ...(db['map'] as object) } }).to.deep.equal({
      x: 1.5,
      size: 5,
      text: 'plain words = here',
      quoted: 'in quotes',
      map: { a: 1 },
    });
    const { place, origin, value } = inventory.hosts.get('web2')!.settings.find((s) => s.name === 'name')!;
    expect([place.line, place.column, value.place.column, origin]).to.deep.equal([5, 28, 33, "inventory host 'web2'"]);
  });

  const wrong: [string, string[]][] = [
    ['[web]\na b=1 c', ["hosts:2:7 inventory-variable: expected key=value, found 'c'"]],
    ['[web]\na b="1', ['hosts:2:1 inventory-quotes: this line has an unclosed quote']],
    ['[web]\na\n[wb:vars]\nx=1', ["hosts:3:2 inventory-unknown-group: there is no group 'wb' (did you mean 'web'?)"]],
    [
      '[web]\na\n[site:children]\nwbe',
      ["hosts:4:1 inventory-unknown-group: there is no group 'wbe' (did you mean 'web'?)"],
    ],
    ['[web:var]\na', ["hosts:1:2 inventory-section: [web:var] is not a valid section (did you mean 'vars'?)"]],
    [
      '[web\na',
      [
        "hosts:1:1 inventory-host-name: '[web' is not a host name (use letters, digits, dots, - and _; write ranges as [01:20] or [a:f])",
      ],
    ],
  ];
  for (const [text, expected] of wrong)
    it(`reports what is wrong: ${text.replaceAll('\n', '⏎')}`, async () =>
      expect((await load({ hosts: text })).complaints).to.deep.equal(expected));
});

describe('inventory sources', () => {
  it('are merged, the later over the earlier, folders in order', async () => {
    const { inventory, complaints } = await load(
      {
        'one/10.yml': 'web: {hosts: {a: {x: 1, y: 1}}}',
        'one/20': '[web]\na x=2\nb\n',
        'one/program.ini': '[settings]\nof = the program\n',
        'one/program.sh': '#!/bin/sh\necho {}\n',
        'one/README.md': 'not an inventory',
        'one/group_vars/web.yml': 'g: one',
        'two.yml': 'db: {hosts: {a: {x: 3}}}',
        'group_vars/web/a.yml': 'g: two\nh: 1',
        'group_vars/web/b.yml': 'h: 2',
        'host_vars/a.yml': 'y: file',
      },
      ['one', 'two.yml', 'c,d'],
    );
    expect(complaints).to.deep.equal([]);
    expect(groupsOf(inventory)).to.deep.equal({ ungrouped: 'c d', web: 'a b', db: 'a' });
    expect(variablesOf(inventory, 'a')).to.deep.equal({ g: 'two', h: 2, x: 3, y: 'file' });
    expect(inventory.hosts.get('a')!.settings.map((s) => `${s.name} ${s.origin}`)).to.deep.equal([
      'g group_vars/web.yml',
      'g group_vars/web/a.yml',
      'h group_vars/web/a.yml',
      'h group_vars/web/b.yml',
      "x inventory host 'a'",
      "y inventory host 'a'",
      "x inventory host 'a'",
      "x inventory host 'a'",
      'y host_vars/a.yml',
    ]);
  });

  it('may be a program whose hosts are called as what every object has', async () => {
    const json = '{"web": ["constructor", "__proto__"], "_meta": {"hostvars": {"__proto__": {"n": 1}}}}';
    const { inventory, complaints } = await load({ hosts: `#!/bin/sh\necho '${json}'\n` });
    expect(complaints).to.deep.equal([]);
    expect(['constructor', '__proto__'].map((name) => variablesOf(inventory, name))).to.deep.equal([{}, { n: 1 }]);
  });

  it('may be a program that prints JSON, whose texts are no templates', async () => {
    const json = JSON.stringify({
      web: { hosts: ['a'], vars: { v: '{{ x }}' } },
      site: { children: ['web'] },
      db: ['b'],
      _meta: { hostvars: { a: { n: 1 } } },
    });
    const { inventory, complaints } = await load({ hosts: `#!/bin/sh\necho '${json}'\n` });
    expect(complaints).to.deep.equal([]);
    expect(groupsOf(inventory)).to.deep.equal({ web: 'a', site: 'a', db: 'b', ungrouped: '' });
    expect(variablesOf(inventory, 'a')).to.deep.equal({ v: '{{ x }}', n: 1 });
    expect(inventory.hosts.get('a')!.settings[0]!.value).to.include({ tag: '!unsafe' });
  });

  const wrong: [Record<string, string>, string[]][] = [
    [{}, ['hosts:1:1 inventory-missing: the inventory hosts does not exist']],
    [
      { hosts: '#!/bin/sh\necho oops >&2; exit 3\n' },
      ['hosts:1:1 inventory-script: the inventory script failed: oops (to see its full output, run: hosts --list)'],
    ],
    [
      { hosts: '[web]\na', 'group_vars/wbe.yml': 'x: 1' },
      [
        "group_vars/wbe.yml:1:1 warning unused-group-vars: the inventory has no group 'wbe', so these variables are never used (did you mean 'web'?)",
      ],
    ],
    [
      { hosts: 'a', 'host_vars/b': 'x: 1' },
      [
        "host_vars/b:1:1 warning unused-host-vars: the inventory has no host 'b', so these variables are never used (did you mean 'a'?)",
      ],
    ],
    [
      { hosts: 'a', 'host_vars/a.yml': '- x' },
      ['host_vars/a.yml:1:1 variables-type: variables must be a map, not a list (write: name: value)'],
    ],
    [
      { hosts: 'a', 'group_vars/all.yml': `$ANSIBLE_VAULT;1.1;AES256\n${encrypted}` },
      [
        'group_vars/all.yml:1:1 vault-password-missing: this file is encrypted and no vault password was given (give one: --vault-id FILE, --vault-password-file FILE or --ask-vault-pass)',
      ],
    ],
  ];
  for (const [files, expected] of wrong)
    it(`reports what is wrong: ${expected[0]}`, async () =>
      expect((await load(files)).complaints).to.deep.equal(expected));
});

describe('precedence of inventory variables', () => {
  it('is Ansible’s: inline from all over shallow and deep groups, then files from all to groups, then the host', async () => {
    const { inventory } = await load(
      {
        'i.yml': `
all:
  vars: {v: all}
  children:
    shallow_z: {vars: {v: shallow_z}, hosts: {a: {v: host}}}
    parent: {vars: {v: parent}, children: {deep: {vars: {v: deep}, hosts: {a: }}}}
    first: {vars: {v: first, ansible_group_priority: 10}, hosts: {a: }}
`,
        'group_vars/all.yml': 'v: all file',
        'group_vars/deep.yml': 'v: deep file',
        'host_vars/a.json': '{"v": "host file"}',
      },
      ['i.yml'],
    );
    const order = inventory.hosts
      .get('a')!
      .settings.filter((s) => s.name === 'v')
      .map((s) => s.value.kind === 'scalar' && s.value.value);
    expect(order).to.deep.equal([
      'all',
      'parent',
      'shallow_z',
      'first',
      'deep',
      'all file',
      'deep file',
      'host',
      'host file',
    ]);
  });
});
