import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { graph } from '../../engine/inventory/graph.ts';
import { jsonText, listing } from '../../engine/inventory/listing.ts';
import { loadInventory } from '../../engine/inventory/load.ts';
import type { Inventory } from '../../engine/inventory/types.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';

/** Inventories as Ansible's users have them, each with what `ansible-inventory --list` and `--graph` print of it. */
const corpus = fileURLToPath(new URL('corpus/', import.meta.url));
const names = readdirSync(corpus, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The files called inventory…, or in a case with several folders their hosts…, in order. */
function sourcesOf(name: string): string[] {
  const files = readdirSync(`${corpus}${name}`, { recursive: true, encoding: 'utf8' }).sort();
  const own = files.filter((file) => /^inventory[^/]*$/.test(file));
  return (own.length > 0 ? own : files.filter((file) => /\/hosts[^/]*$/.test(file))).map(
    (file) => `${corpus}${name}/${file}`,
  );
}

const golden = (name: string, file: string): string => readFileSync(`${corpus}${name}/${file}`, 'utf8').trim();

async function load(name: string): Promise<{ inventory: Inventory; errors: readonly string[] }> {
  const diagnostics = new Diagnostics();
  const inventory = await loadInventory(sourcesOf(name), diagnostics);
  // A value that only its password opens is shown as written: no password is needed for that.
  const errors = diagnostics.errors.filter(({ code }) => code !== 'vault-password-missing');
  return { inventory, errors: errors.map(({ message }) => message) };
}

describe('an inventory of Ansible', () => {
  for (const name of names)
    it(`${name} reads as Ansible reads it`, async () => {
      const { inventory, errors } = await load(name);
      expect(errors).to.deep.equal([]);
      const hosts = inventory.groups.get('all')!.hosts;
      const printed = jsonText(listing(inventory, hosts, new Map()));
      expect(JSON.parse(printed)).to.deep.equal(JSON.parse(golden(name, 'list.json')));
      const options = { hosts: new Set(hosts), variables: false, extra: new Map() };
      expect(graph(inventory, inventory.groups.get('all')!, options).join('\n')).to.equal(golden(name, 'graph.txt'));
    });

  it('is what the golden files say, by the Ansible that is installed', function () {
    this.timeout(60_000);
    const cases = names.map((name) => ['ansible-inventory', '--list', ...sourcesOf(name).flatMap((s) => ['-i', s])]);
    const { status, stdout, error } = spawnSync('/usr/bin/python3', ['-c', driver, JSON.stringify(cases)], {
      encoding: 'utf8',
    });
    if (error || status === 3) this.skip();
    expect(status).to.equal(0);
    const printed = JSON.parse(stdout) as string[];
    for (const [i, name] of names.entries())
      expect(JSON.parse(printed[i]!), name).to.deep.equal(JSON.parse(golden(name, 'list.json')));
  });
});

/** Loads Ansible once, and runs each command in a process of its own. Ends with 3 where there is no Ansible. */
const driver = `
import json, os, sys, tempfile
try:
    from ansible.cli.inventory import InventoryCLI
except ImportError:
    sys.exit(3)
printed = []
for arguments in json.loads(sys.argv[1]):
    with tempfile.TemporaryFile() as out:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            InventoryCLI(arguments).run()
        os.waitpid(child, 0)
        out.seek(0)
        printed.append(out.read().decode())
print(json.dumps(printed))
`;
