import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { sorts } from '../../engine/editor/schemas.ts';
import type { AnyModule } from '../../engine/module/module.ts';
import { withOwnModules } from '../../engine/project/modules.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { modules } from '../../modules/index.ts';
import { loadCases } from '../conformance/case.ts';
import { type Files, layOut } from '../run/lay-out.ts';
import { problemsOf, sortOf } from './validate.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The project that tsplay starts others with: it has modules of its own. */
const STARTER = 'playbooks/starter';

/** A case stands DIR for its own folder. */
const placed = (text: string): string => text.replaceAll('DIR', '/tmp/case');

const isEncrypted = (text: string): boolean => text.startsWith('$ANSIBLE_VAULT');

/** The modules of tsplay and of a project's folder that a text names: few are compiled faster than all. */
async function modulesOf(folder: string, text: string): Promise<readonly AnyModule[]> {
  const all = await withOwnModules([folder], new Map(modules.map((m) => [m.name, m])), new Diagnostics());
  return [...all.values()].filter(({ name }) => text.includes(`${name}:`));
}

async function modulesOfCase(given: Files): Promise<readonly AnyModule[]> {
  const folder = layOut(given);
  try {
    return await modulesOf(folder, [given.playbook, ...Object.values(given.files ?? {})].join('\n'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the schemas', function () {
  this.timeout(30_000); // compiling a schema takes seconds on a slow machine

  for (const folder of ['playbooks', 'inventory'])
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const path = `${folder}/${name}`;
      if (!/\.ya?ml$/.test(path)) continue;
      it(`accept ${path}`, async () => {
        const sort = sortOf(path, sorts);
        const text = readFileSync(join(root, path), 'utf8');
        const known = path.startsWith(`${STARTER}/`) ? await modulesOf(join(root, STARTER), text) : undefined;
        expect(sort, 'no pattern of the editor means this file').to.be.a('string');
        expect(problemsOf(sort!, text, known)).to.deep.equal([]);
      });
    }

  // What the engine runs, the editor must not call wrong.
  for (const given of loadCases()) {
    const { topic, title, playbook, inventory, files = {}, refused } = given;
    if (refused) continue;
    it(`accept the case ${topic} / ${title}`, async () => {
      const known = Object.keys(files).some((path) => /modules\/|package\.json$/.test(path))
        ? await modulesOfCase(given)
        : undefined;
      if (!isEncrypted(playbook)) expect(problemsOf('playbook', placed(playbook), known)).to.deep.equal([]);
      if (inventory?.startsWith('all:'))
        expect(problemsOf('inventory', placed(inventory.replaceAll('SSHPORT', '22')))).to.deep.equal([]);
      for (const [path, text] of Object.entries(files)) {
        const sort = /\.ya?ml$/.test(path) && !isEncrypted(text) ? sortOf(path, sorts) : undefined;
        if (sort) expect(problemsOf(sort, placed(text), known), path).to.deep.equal([]);
      }
    });
  }
});
