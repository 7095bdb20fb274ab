import { expect } from 'chai';
import { celFunctions } from '../../engine/expressions/cel/functions.ts';
import { compileExpression } from '../../engine/expressions/condition.ts';
import { functions } from '../../engine/expressions/functions/catalogue.ts';
import { helpers } from '../../engine/expressions/handlebars/helpers.ts';
import { compileValue } from '../../engine/expressions/value.ts';
import { Unknown } from '../../engine/module/unknown.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { complaints, nodeOf, outcome, scopeOf } from './given.ts';

function inCel(source: string, variables: Record<string, unknown> = {}): unknown {
  const diagnostics = new Diagnostics();
  const expression = compileExpression(nodeOf(JSON.stringify(source)), diagnostics);
  return diagnostics.all.length > 0 ? complaints(diagnostics) : outcome(() => expression.evaluate(scopeOf(variables)));
}

function inHandlebars(call: string, variables: Record<string, unknown> = {}): unknown {
  const diagnostics = new Diagnostics();
  const template = compileValue(nodeOf(JSON.stringify(`{{ ${call} }}`)), diagnostics);
  return diagnostics.all.length > 0 ? complaints(diagnostics) : outcome(() => template.evaluate(scopeOf(variables)));
}

describe('a function of expressions', () => {
  for (const row of functions)
    for (const [args, result] of row.examples) {
      const names = args.map((_, i) => `arg${i}`);
      const variables = Object.fromEntries(args.map((arg, i) => [names[i]!, arg]));
      const literals = args.map((arg) => JSON.stringify(arg));
      const [receiver, ...others] = names;
      const title = `${row.name}(${literals.join(', ')})`;

      it(`${title} in Handlebars`, () =>
        expect(inHandlebars(`${row.name} ${names.join(' ')}`, variables)).to.deep.equal(result));
      it(`${title} in CEL, of variables`, () =>
        expect(inCel(`${row.name}(${names.join(', ')})`, variables)).to.deep.equal(result));
      it(`${title} in CEL, of literals`, () =>
        expect(inCel(`${row.name}(${literals.join(', ')})`)).to.deep.equal(result));
      if (row.method)
        it(`${title} in CEL, as a method`, () => {
          expect(inCel(`${receiver}.${row.name}(${others.join(', ')})`, variables)).to.deep.equal(result);
          expect(inCel(`${literals[0]}.${row.name}(${literals.slice(1).join(', ')})`)).to.deep.equal(result);
        });
    }

  it('has a unique name, an example and a usage in both languages', () => {
    const names = functions.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    for (const { name, examples } of functions) {
      expect(helpers.get(name)?.usage, name).to.match(new RegExp(`^${name} `));
      expect(
        celFunctions.some(({ usage }) => usage.startsWith(`${name}(`)),
        name,
      ).to.equal(true);
      if (name !== 'env') expect(examples, name).not.to.deep.equal([]);
    }
  });

  it('reads the environment in both languages', () => {
    expect(inHandlebars('env "PATH"')).to.equal(process.env.PATH);
    expect(inCel("env('PATH')")).to.equal(process.env.PATH);
    expect(inCel("defined(env('TSPLAY_NOT_SET'))")).to.equal(false);
    expect(inCel("env('TSPLAY_NOT_SET')")).to.match(/^error .* has no variable 'TSPLAY_NOT_SET'/);
  });

  const later = new Unknown("until 'x' has run");
  const variables = { later, items: ['a', later], held: { a: later }, empty: [], off: false };
  const cel: [string, unknown][] = [
    // What is unknown, as for helpers
    ['length(items)', 2],
    ['first(items)', 'a'],
    ['keys(held)', ['a']],
    ['items.last()', "unknown until 'x' has run"],
    ["join(items, ',')", "unknown until 'x' has run"],
    ['toJson(held)', "unknown until 'x' has run"],
    ["lookup(held, 'a') == 1 && off", false],
    ["lookup(held, 'a') == 1 && off.nope", "unknown until 'x' has run"],
    // What is missing
    ['first(empty)', 'error 1:2 the list is empty'],
    ['defined(first(empty))', false],
    ["lookup(held, 'b')", "error 1:2 'the map' has no 'b' (did you mean 'a'?)"],
    // What is wrong
    ['lower(5)', /'lower' cannot be called with \(int\) \(it is called as lower\(string\): string/],
    ['split("a")', /'split' cannot be called with \(string\)/],
    ["add(1, 'x')", /'add' cannot be called with \(int, string\)/],
    ['lt(1, "a")', 'error 1:2 cannot compare a number with text'],
    ["hash('a', 'crc')", "error 1:2 'crc' is not a known algorithm: sha256, sha512, sha1, md5"],
    ["fromJson('[1, Hunter2Topsecretlong]')", "error 1:2 Unexpected token 'H' is not valid JSON"],
    ["['a', 'b'].join('-') + ' a '.trim()", 'a-ba'],
    ['fromJson("[1]")[0] + 1', 2],
    ['toJson(fromYaml("a: {b: 1.5}").a)', '{"b":1.5}'],
    ['[3, 1].map(x, {"a": x}).toJson()', '[{"a":3},{"a":1}]'],
  ];
  for (const [source, expected] of cel)
    it(`in CEL: ${source}`, () => {
      const found = inCel(source, variables);
      if (expected instanceof RegExp) expect(String(found)).to.match(expected);
      else expect(found).to.deep.equal(expected);
    });

  const handlebars: [string, unknown][] = [
    ['search "a" "a("', /^1:18 template-syntax: 'a\(' is not a regular expression/],
    ['versionAtLeast "1"', /'versionAtLeast' does not take 1 argument \(usage: versionAtLeast version minimum\)/],
    ['unique items', "unknown until 'x' has run"],
    ['cidrContains "x" "10.0.0.1"', /^error 1:5 cidrContains: 'x' is not an IP address or network/],
  ];
  for (const [call, expected] of handlebars)
    it(`in Handlebars: ${call}`, () => {
      const found = inHandlebars(call, variables);
      if (expected instanceof RegExp) expect(String(found)).to.match(expected);
      else expect(found).to.deep.equal(expected);
    });

  it('takes values of any depth, and cyclic ones', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect(inHandlebars('toJson deep', { deep })).to.match(/toJson: a value is nested too deeply/);
    expect(inCel('toJson(deep)', { deep })).to.equal('error 1:2 a value is nested too deeply');
    expect(inCel('deep == deep', { deep })).to.equal('error 1:2 a value is nested too deeply');
    const cyclic: unknown[] = ['a'];
    cyclic.push(cyclic);
    expect(inHandlebars('hash deep', { deep })).to.match(/expected text, not a list/);
    expect(inHandlebars('quote cyclic', { cyclic })).to.match(/expected text, not a list/);
  });
});
