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
