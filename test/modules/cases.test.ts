import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { TaskFailure } from '../../engine/module/failure.ts';
import { observe } from '../../engine/module/testing.ts';
import type { ModuleCase } from './case.ts';

// Every file NAME.cases.ts beside this one: `export const cases: readonly ModuleCase[]`.
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.cases.ts'));
// Not by `await import`: mocha would then hide what is wrong in a broken file behind a complaint about the await.
const load = createRequire(import.meta.url) as (path: string) => { readonly cases: readonly ModuleCase[] };
const suites = files.map((file) => ({ name: file.replace('.cases.ts', ''), ...load(`./${file}`) }));

for (const { name, cases } of suites) {
  describe(`module ${name}`, () => {
    for (const c of cases) it(c.title, () => judge(c));
  });
}

/** A folder of our own has another name each time. */
const unnamed = (command: string): string => command.replaceAll(/(\.tsplay\.[0-9a-f]+)\.[0-9a-f]{16}/g, '$1.RANDOM');

async function judge(c: ModuleCase): Promise<void> {
  if (c.fails !== undefined) {
    const outcome = await observe(c.module, c.args, c.given).catch((error: unknown) => error);
    if (!(outcome instanceof Error)) expect.fail('it did not fail');
    if (!(outcome instanceof TaskFailure)) throw outcome;
    expect(outcome.message).to.include(c.fails);
    return;
  }
  const seen = await observe(c.module, c.args, c.given);
  const wanted = c.differences ?? [];
  const found = seen.check.differences.map((d, i) => (typeof wanted[i] === 'string' ? d.what : d));
  expect(found).to.deep.equal(wanted);
  if (c.commands) expect(seen.commands.map(unnamed)).to.deep.equal(c.commands.map(unnamed));
  for (const [path, content] of Object.entries(c.written ?? {})) expect(seen.written[path]?.content).to.equal(content);
  if (c.result) expect({ ...seen.check.result, ...seen.changed?.result }).to.deep.include(c.result);
  if (c.message !== undefined) expect(seen.check.message).to.include(c.message);
  const converges = c.converges ?? true;
  if (converges === 'unknown') expect(seen.leftOver).to.equal('unknown');
  else if (converges) expect(seen.leftOver).to.deep.equal([]);
  else expect(seen.leftOver).not.to.deep.equal([]);
}
