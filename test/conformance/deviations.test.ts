import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadCases } from './case.ts';
import { deviations, deviationsTable } from './deviations.ts';

describe('the table of deviations from Ansible', () => {
  const named = deviations.flatMap(({ cases }) => cases);

  it('names cases that exist', () => {
    expect(named.filter((name) => !existsSync(join(import.meta.dirname, `${name}.yml`)))).to.deep.equal([]);
    expect(deviations.filter(({ cases }) => cases.length === 0)).to.deep.equal([]);
  });

  it('has cases in which the two really differ', () => {
    const alike = loadCases().filter(
      ({ ansible, trace, exit = 0 }) =>
        typeof ansible === 'object' && trace?.join() === ansible.trace.join() && exit === (ansible.exit ?? 0),
    );
    expect(alike.map(({ path }) => path)).to.deep.equal([]);
  });

  it('names every case in which Ansible differs', () => {
    const differing = loadCases().filter(({ ansible }) => typeof ansible === 'object');
    const missing = differing.map(({ path }) => path.replace(/\.yml$/, '')).filter((name) => !named.includes(name));
    expect([...new Set(missing)], 'add them to test/conformance/deviations.yml').to.deep.equal([]);
  });

  it('is in docs/ansible.md unchanged', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/ansible.md'), 'utf8');
    const shown = /<!-- deviations -->\n([^]*?)\n<!-- \/deviations -->/.exec(page)?.[1];
    expect(shown, 'npx tsx test/conformance/deviations.ts prints it').to.equal(deviationsTable());
  });
});
