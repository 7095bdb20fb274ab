import { expect } from 'chai';
import { textOf } from '../../engine/expressions/functions/define.ts';
import { isEqual, isTruthy } from '../../engine/expressions/functions/logic.ts';
import { describeValue, findEntry, isMap, Missing } from '../../engine/expressions/member.ts';
import { compileValue } from '../../engine/expressions/value.ts';
import { pythonLiteral } from '../../engine/inventory/formats/python-literal.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { toValue } from '../../engine/source/node.ts';
import { bareNumber, scalarText } from '../../engine/source/written-number.ts';
import { parseYaml } from '../../engine/source/yaml.ts';

const nothing = { lookup: () => undefined, names: () => [] };

/** What YAML takes for a number, and the value where it is one. */
const numbers: readonly (readonly [written: string, value: number | string])[] = [
  ['1.0', 1],
  ['1.10', 1.1],
  ['0.50', 0.5],
  ['-2.0', -2],
  ['5e3', 5000],
  ['1.5', 1.5],
  ['42', 42],
  ['0', 0],
  ['0644', '0644'],
  ['12345678901234567890', '12345678901234567890'],
];

describe('numbers as written', () => {
  for (const [written, value] of numbers) {
    it(`${written}: in YAML, with -e and in an INI inventory`, () => {
      const diagnostics = new Diagnostics();
      const node = parseYaml('x', `a: ${written}`, diagnostics)!;
      const read = [
        (toValue(node) as Record<string, unknown>)['a'],
        (compileValue(node, diagnostics).evaluate(nothing) as Record<string, unknown>)['a'],
      ];
      const literal = pythonLiteral(written, () => ({ file: 'x', line: 1, column: 1 }));
      if (literal) read.push(compileValue(literal, diagnostics).evaluate(nothing));
      for (const one of read) {
        expect(bareNumber(one)).to.equal(value);
        expect(scalarText(one)).to.equal(written);
        expect(JSON.stringify([one])).to.equal(JSON.stringify([value]));
      }
    });
  }

  it('is a number to functions, and nothing else', () => {
    const read = toValue(parseYaml('x', '[1.0, 0.0, 2.0]', new Diagnostics())!) as unknown[];
    const [one, zero] = read;
    expect(isEqual(read, [1, 0, 2])).to.equal(true);
    expect(isEqual(one, zero)).to.equal(false);
    expect([isTruthy(one), isTruthy(zero), isMap(one), describeValue(one)]).to.deep.equal([
      true,
      false,
      false,
      'a number',
    ]);
    expect(textOf(one)).to.equal('1.0');
    expect(findEntry(one, 'valueOf', 'x')).to.be.instanceOf(Missing);
  });
});
