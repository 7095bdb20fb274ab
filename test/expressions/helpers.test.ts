import { expect } from 'chai';
import { cidrContains, cidrOverlaps } from '../../engine/expressions/functions/networks.ts';
import { compareVersions } from '../../engine/expressions/functions/versions.ts';
import { compileFile } from '../../engine/expressions/handlebars/text.ts';
import { compileValue } from '../../engine/expressions/value.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { complaints, nodeOf, outcome, scopeOf } from './given.ts';

const variables = {
  text: 'Hello World',
  lines: 'a\nb\n\nc\n',
  list: ['b', 'a'],
  map: { x: 1, y: ['p', 'q'] },
  n: 5,
  spaced: "it's  ",
};

describe('a helper', () => {
  const cases: [string, unknown][] = [
    ['lower text', 'hello world'],
    ['upper text', 'HELLO WORLD'],
    ['trim spaced', "it's"],
    ['split text " "', ['Hello', 'World']],
    ['join list ","', 'b,a'],
    ['replace text "o" "$&"', 'Hell$& W$&rld'],
    ['indent lines 2', 'a\n  b\n\n  c\n'],
    ['toJson map', '{"x":1,"y":["p","q"]}'],
    ['toJson list 2', '[\n  "b",\n  "a"\n]'],
    ['toYaml map', 'x: 1\ny:\n  - p\n  - q'],
    ['fromJson "{\\"a\\": 1}"', { a: 1 }],
    ['fromYaml "a: [1]"', { a: [1] }],
    ['b64encode text', 'SGVsbG8gV29ybGQ='],
    ['b64decode (b64encode text)', 'Hello World'],
    ['hash "abc"', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['hash "abc" "md5"', '900150983cd24fb0d6963f7d28e17f72'],
    ['quote spaced', "'it'\\''s  '"],
    ['quote list', 'b a'],
    ['basename "/a/b.c"', 'b.c'],
    ['dirname "/a/b.c"', '/a'],
    ['keys map', ['x', 'y']],
    ['values map', [1, ['p', 'q']]],
    ['first list', 'b'],
    ['last list', 'a'],
    ['default (first (split "" "")) "none"', 'none'],
    ['length map', 2],
    ['length text', 11],
    ['concat list map.y', ['b', 'a', 'p', 'q']],
    ['concat text "!" n', 'Hello World!5'],
    ['add n 1', 6],
    ['sub n "2"', 3],
    ['eq n 5', true],
    ['eq n "5"', false],
    ['eq map.y (split "p,q" ",")', true],
    ['ne n 5', false],
    ['lt n 6', true],
    ['le n 5', true],
    ['gt "b" "a"', true],
    ['ge n 6', false],
    ['in "a" list', true],
    ['in "x" map', true],
    ['in "World" text', true],
    ['and n list', true],
    ['or false ""', false],
    ['not n', false],
    ['join text ","', 'error 1:5 join: expected a list, not text (usage: join list separator)'],
    ['add text 1', "error 1:5 add: expected a number, not 'Hello World' (usage: add a b)"],
    ['lt n text', 'error 1:5 lt: cannot compare a number with text (usage: lt a b)'],
    ['first (split "" "")', 'error 1:5 the list is empty'],
    [
      'hash "a" "crc"',
      "error 1:5 hash: 'crc' is not a known algorithm: sha256, sha512, sha1, md5 (usage: hash text [algorithm])",
    ],
    ['fromJson text', /^error 1:5 fromJson: /],
    // no excerpt: it may be a part of a secret
    ['fromJson "[1, Hunter2Topsecretlong]"', /^error 1:5 fromJson: Unexpected token 'H' is not valid JSON \(/],
    ['fromYaml "a: [Hunter2Topsecretlong"', /^error 1:5 fromYaml: (?!.*Hunter)/s],
  ];
  for (const [call, expected] of cases)
    it(call, () => {
      const template = compileValue(nodeOf(JSON.stringify(`{{ ${call} }}`)), new Diagnostics());
      const value = outcome(() => template.evaluate(scopeOf(variables)));
      if (expected instanceof RegExp) expect(value).to.match(expected);
      else expect(value).to.deep.equal(expected);
    });
});

describe('a template file', () => {
  it('leaves no line for a block tag alone on its line', () => {
    const text = 'a\n  {{#each list}}\n  - {{this}}\n  {{/each}}\nb {{#if n}}c{{/if}}\n{{~#if n}}\nd{{/if}}\n';
    const diagnostics = new Diagnostics();
    expect(compileFile('x.hbs', text, diagnostics).render(scopeOf(variables))).to.equal('a\n  - b\n  - a\nb cd\n');
    expect(diagnostics.all).to.deep.equal([]);
  });

  it('reports where it is wrong', () => {
    const diagnostics = new Diagnostics();
    const { references } = compileFile('x.hbs', 'a\n  {{ b.c }} {{ uper d }}\n', diagnostics);
    expect(complaints(diagnostics)).to.deep.equal([
      "2:16 template-syntax: there is no helper 'uper' (did you mean 'upper'?)",
    ]);
    expect(references[0]).to.deep.equal({
      path: ['b', 'c'],
      place: { file: 'x.hbs', line: 2, column: 6, length: 3 },
      optional: false,
    });
  });
});

describe('versions', () => {
  const cases: [string, '<' | '=' | '>', string][] = [
    ['1.9', '<', '1.10'],
    ['v1.36.0', '=', '1.36'],
    ['1.36.0', '=', 'V1.36'],
    ['1.36.1-1.1', '>', '1.36.1'],
    ['1:1.0', '>', '2.0'],
    ['1.0~rc1', '<', '1.0'],
    ['1.36.0-rc.1', '<', '1.36.0'],
    ['1.36.0-alpha.1', '<', '1.36.0-beta.0'],
    ['1.0a', '>', '1.0'],
    ['2.0+deb12u1', '>', '2.0'],
    ['10', '>', '9.9'],
  ];
  for (const [a, sign, b] of cases)
    it(`${a} ${sign} ${b}`, () => {
      const expected = sign === '=' ? 0 : sign === '<' ? -1 : 1;
      expect([compareVersions(a, b), compareVersions(b, a)]).to.deep.equal([expected, expected === 0 ? 0 : -expected]);
    });
});

describe('networks', () => {
  const cases: [string, string, boolean, boolean][] = [
    // a, b, overlap, a contains b
    ['10.0.0.0/8', '10.20.0.0/16', true, true],
    ['10.20.0.0/16', '10.0.0.0/8', true, false],
    ['10.244.0.0/16', '10.96.0.0/12', false, false],
    ['10.20.1.0/24', '10.20.1.255', true, true],
    ['fd00::/8', 'fd00:1::/64', true, true],
    ['fd00::/8', '10.0.0.1', false, false],
    ['0.0.0.0/0', '192.168.1.1', true, true],
  ];
  for (const [a, b, overlap, contains] of cases)
    it(`${a} and ${b}`, () => expect([cidrOverlaps(a, b), cidrContains(a, b)]).to.deep.equal([overlap, contains]));
});
