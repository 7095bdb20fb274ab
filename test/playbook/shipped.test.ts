import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { prepare } from '../../engine/run/prepare.ts';
import { formatDiagnostic } from '../../engine/source/diagnostic.ts';
import { modules } from '../../modules/index.ts';

const playbooks = readdirSync('playbooks').filter((name) => name.endsWith('.yml'));
const inventories = readdirSync('inventory').filter((name) => name.endsWith('.yml'));

describe('the playbooks that tsplay ships', () => {
  for (const [name, inventory] of playbooks.flatMap((playbook) => inventories.map((i) => [playbook, i] as const)))
    it(`${name} with ${inventory} gives no warning`, async () => {
      const { warnings } = await prepare({
        playbooks: [`playbooks/${name}`],
        inventories: [`inventory/${inventory}`],
        extra: new Map([['confirm_reset', 'lab']]),
        modules: new Map(modules.map((module) => [module.name, module])),
        strict: false,
        options: {
          check: true,
          forks: 1,
          forceHandlers: false,
          tags: [],
          skipTags: [],
          become: false,
          timeoutSeconds: 1,
        },
      });
      expect(warnings.map((warning) => formatDiagnostic(warning))).to.deep.equal([]);
    });
});
