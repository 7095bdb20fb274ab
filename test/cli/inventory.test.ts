import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type InventoryOptions, inventoryCommand } from '../../engine/cli/commands/inventory.ts';
import { root, tsplay } from './command.ts';

const cwd = `${root}test/fixtures/cli/options`;
const run = (...args: string[]) => tsplay(['inventory', ...args], { cwd });

describe('tsplay inventory', function () {
  this.timeout(20_000);

  it('--list prints what inventory scripts print, for the hosts that --limit leaves', async () => {
    const { code, stdout, stderr } = await run('-i', 'hosts.yml', '--list', '-l', 'b', '-e', 'x=1');
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(JSON.parse(stdout)).to.deep.equal({
      _meta: { hostvars: { b: { ansible_connection: 'local', base: 8000, port: '{{ base }}', x: '1' } } },
      all: { children: ['ungrouped', 'web', 'db'] },
      web: { hosts: ['b'] },
    });
    expect(stdout).to.match(/^\{\n {4}"_meta": \{\n {8}"hostvars"/); // sorted and indented as Ansible does it
  });

  it('--host prints the variables of a host, and no password is needed for what is encrypted', async () => {
    const { code, stdout, stderr } = await run('-i', 'secret.yml', '-i', 'hosts.yml', '--host', 'c');
    expect([code, stderr]).to.deep.equal([0, '']);
    const { password, ...others } = JSON.parse(stdout);
    expect(others).to.deep.equal({ ansible_connection: 'local', port: 1 });
    expect(password['__ansible_vault']).to.match(/^\$ANSIBLE_VAULT;1\.1;AES256\n6231/);
  });

  it('--graph draws the tree, with variables where they are asked for', async () => {
    const { stdout } = await run('-i', 'hosts.yml', '-i', 'secret.yml', '--graph', '--vars');
    expect(stdout).to.equal(readFileSync(`${cwd}/graph.txt`, 'utf8'));
    expect((await run('-i', 'hosts.yml', '--graph', 'web')).stdout).to.equal('@web:\n  |--a\n  |--b\n');
  });

  it('--explain shows every place that sets a variable, and which wins', async () => {
    const { code, stdout } = await run('-i', 'hosts.yml', '--explain', 'port', 'a');
    expect([code, stdout.split('\n').map((line) => line.replaceAll(/ +/g, ' '))]).to.deep.equal([
      0,
      [
        'port of a',
        " 1 inventory group 'all' hosts.yml:2:38",
        ' {{ base }} group_vars/web.yml group_vars/web.yml:1:1',
        "→ 2 inventory host 'a' hosts.yml:6:7",
        '',
      ],
    ]);
    const json = await run('-i', 'hosts.yml', '--explain', 'base', 'b', '--output', 'json');
    expect(JSON.parse(json.stdout)).to.deep.equal({
      variable: 'base',
      host: 'b',
      levels: [
        { origin: 'group_vars/web.yml', file: 'group_vars/web.yml', line: 2, column: 1, value: 8000, wins: true },
      ],
    });
  });

  it('--explain with a playbook shows it for each of its plays, what some tasks set included', async () => {
    const { stdout } = await run('-i', 'hosts.yml', '--explain', 'port', 'a', '-p', 'site.yml', '-e', 'port=5');
    expect(stdout).to.equal(readFileSync(`${cwd}/explain.txt`, 'utf8'));
    const json = await run('-i', 'hosts.yml', '--explain', 'port', 'c', '-p', 'site.yml', '--output', 'json');
    expect(JSON.parse(json.stdout).plays).to.deep.equal([
      {
        play: 'second',
        levels: [{ origin: "inventory group 'all'", file: 'hosts.yml', line: 2, column: 38, value: 1, wins: true }],
      },
    ]);
  });

  const i = ['hosts.yml'];
  const wrong: readonly (readonly [options: Partial<InventoryOptions>, host: string | undefined, reported: string])[] =
    [
      [{ list: true }, undefined, 'no inventory: name one with -i, e.g. -i inventory/lab.yml'],
      [{ inventory: i }, undefined, 'say what to show: one of --list, --graph, --host and --explain'],
      [{ inventory: i, list: true, host: 'a' }, undefined, '--graph, --host and --explain, not --list and --host'],
      [{ inventory: i, explain: 'port' }, undefined, '--explain needs a variable and a host: tsplay inventory'],
      [{ inventory: i, explain: 'prot' }, 'a', "nothing in the inventory sets 'prot' for a; did you mean 'port'?"],
      [{ inventory: i, explain: 'groups' }, 'a', "'groups' is set by tsplay itself, the same everywhere"],
      [{ inventory: i, explain: 'port' }, 'nowhere', "the inventory has no host 'nowhere'; known: a, b, c"],
      [{ inventory: i, explain: 'port', playbook: 'more.yml' }, 'a', 'expected a play, found a task'],
      [{ inventory: i, graph: 'wbe' }, undefined, "the inventory has no group 'wbe'; did you mean 'web'?"],
      [{ inventory: i, list: true, vars: true }, undefined, '--vars goes with --graph'],
      [{ inventory: i, list: true, output: 'yaml' }, undefined, "--output is human or json, not 'yaml'"],
      [{ inventory: i, list: true }, 'a', "what is 'a'? A host is named after --host or --explain VARIABLE"],
      [{ inventory: i, list: true, limit: ['wbe'] }, undefined, "there is no host or group 'wbe'"],
      [{ inventory: ['nothing.yml'], list: true }, undefined, '/nothing.yml does not exist'],
    ];
  for (const [options, host, reported] of wrong)
    it(`reports what is wrong: ${reported}`, async () => {
      const files = options.inventory?.map((name) => join(cwd, name));
      const playbook = options.playbook && join(cwd, options.playbook);
      const given = { output: 'human', ...options, ...(files && { inventory: files }), ...(playbook && { playbook }) };
      const error = await inventoryCommand(host, given).then(
        () => undefined,
        (thrown: unknown) => thrown as Error,
      );
      expect(error?.message).to.contain(reported);
    });
});
