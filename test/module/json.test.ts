import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodingFunctions } from '../../engine/expressions/functions/encoding.ts';
import { deepest, parseJson } from '../../engine/module/json.ts';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const run = (name: string, text: string): unknown => {
  return encodingFunctions.find((one) => one.name === name)!.call([text]);
};

describe('JSON from elsewhere', () => {
  it('is read as ever', () => {
    const text = JSON.stringify({ a: [1, '[[{{"\\', null], b: { c: true } });
    expect(parseJson(text)).to.deep.equal(JSON.parse(text));
    expect(() => parseJson('{')).to.throw(SyntaxError);
  });

  it('has a bound on its depth, and brackets in text are none', () => {
    expect(parseJson(nested(deepest))).to.be.an('array');
    expect(parseJson(JSON.stringify(nested(1000)))).to.equal(nested(1000));
    for (const levels of [deepest + 1, 9000, 1_000_000])
      expect(() => parseJson(nested(levels))).to.throw('the JSON is nested more than 200 levels deep');
    expect(() => parseJson('{"a":'.repeat(300))).to.throw('200 levels');
  });

  it('has a bound on its size', () => {
    expect(() => parseJson(' '.repeat(16 * 1024 * 1024 + 1))).to.throw('the JSON is larger than 16 MiB');
  });

  it('has them in expressions too, as YAML has', () => {
    expect(() => run('fromJson', nested(9000))).to.throw(TypeError, '200 levels');
    expect(() => run('fromYaml', nested(500))).to.throw(TypeError, '200 levels');
    expect(() => run('fromYaml', nested(20_000))).to.throw(TypeError, 'nested');
    expect(run('fromYaml', 'a: &x [1]\nb: [*x, *x]')).to.deep.equal({ a: [1], b: [[1], [1]] });
  });

  it('is read in no other way by any module or expression', () => {
    const root = join(import.meta.dirname, '../..');
    const files = ['modules', 'engine/expressions', 'engine/facts', 'engine/inventory', 'engine/run/host'].flatMap(
      (folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.ts'))
          .map((file) => join(root, folder, file)),
    );
    expect(files.filter((file) => readFileSync(file, 'utf8').includes('JSON.parse('))).to.deep.equal([]);
  });
});
