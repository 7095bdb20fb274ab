import { expect } from 'chai';
import { trialsOf } from './generate.ts';
import { hasPython, ours, pythons, type Trial, verdict } from './python.ts';

const seeds = [1, 2];

/** Whatever else was found wrong once, or is easily got wrong. */
const written: readonly (readonly [pattern: string, text: string, replacement?: string])[] = [
  ['^\\[([^]]+)\\]$', '[main]', '<\\1>'],
  ['[]x]', 'a]bx'],
  ['[^]x]+', 'a]bx'],
  ['a{,4}b', 'aaab'],
  ['a{,}b', 'aaab'],
  ['a{}b{x}{', 'a{}b{x}{'],
  ['x{2', 'x{2'],
  ['^%CORP\\\\Admins ', '%CORP\\Admins ALL'],
  ['\\\\A\\\\Z', '\\A\\Z'],
  ['(?m)^.*$', 'a\r\nb\u2028c\n'],
  ['a$', 'a\n'],
  ['a\\Z', 'a\n'],
  ['(?s).+', 'a\nb'],
  ['(?x) a b # c\n | [ #]d', 'ab #d'],
  ['(?i)straße|K|ſ|i', 'STRAßE k \u212a S İ ı I'],
  ['(?i:a)b', 'Ab AB'],
  ['(?ia)\\w+é', 'aé É'],
  ['\\w+\\b', 'é٣_² ́x'],
  ['[\\b]\\s', '\b\u001c'],
  ['(?:(a)|b)*', 'ab', '<\\1>'],
  ['(a*)*', 'aab', '<\\1>'],
  ['(a|b*)*?c', 'abbac', '<\\1>'],
  ['(a)?\\1b', 'b aab', '<\\1>'],
  ['(?P<n>a)(?P=n)', 'aa', '\\g<n>\\g<1>\\g<0>'],
  ['(a)?(?(1)b|c)', 'ab c', '\\1'],
  ['(?<=ab)c(?!d)', 'abcd abc'],
  ['(?<!a|b)c', 'ac cc'],
  ['(?>a+)ab|a++', 'aaab'],
  ['x*', 'axb', '-'],
  ['', 'a😀b', '-'],
  ['😀.', 'a😀b😀c', '<\\g<0>>'],
  ['\\101\\x41\\u0041\\0', 'AAA\0'],
  ['(a)', 'a', '\\1\\n\\t\\\\\\.\\101\\0'],
  ['(port=)\\d+', 'port=22', '\\18080'],
  ['(?P<key>a)', 'a', '\\g<kye>'],
  ['a', 'a', '\\q'],
  ['a', 'a', '\\'],
  ['(?#note)a', 'a'],
  ['()|a', 'ab'],
  ['\\B', ''],
];

/** Python 3.11 refuses these; so do we, with its words. */
const refused: readonly (readonly [pattern: string, message: string])[] = [
  ['(a', 'missing ), unterminated subpattern at position 0'],
  ['a)', 'unbalanced parenthesis at position 1'],
  ['[a', 'unterminated character set at position 0'],
  ['a**', 'multiple repeat at position 2'],
  ['^*', 'nothing to repeat at position 1'],
  ['*', 'nothing to repeat at position 0'],
  ['a{3,1}', 'min repeat greater than max repeat at position 2'],
  ['[z-a]', 'bad character range z-a at position 1'],
  ['[a-\\d]', 'bad character range a-\\d at position 1'],
  ['\\q', 'bad escape \\q at position 0'],
  ['\\', 'bad escape (end of pattern) at position 0'],
  ['\\1', 'invalid group reference 1 at position 1'],
  ['(\\1)', 'cannot refer to an open group at position 1'],
  ['(?P=x)', "unknown group name 'x' at position 4"],
  ['(?P<1>a)', "bad character in group name '1' at position 4"],
  ['(?P<n>a)(?P<n>b)', "redefinition of group name 'n' as group 2; was group 1 at position 12"],
  ['a(?i)', 'global flags not at the start of the expression at position 1'],
  ['(?z)', 'unknown extension ?z at position 1'],
  ['(?u-a:a)', "bad inline flags: cannot turn off flags 'a', 'u' and 'L' at position 5"],
  ['\\400', 'octal escape value \\400 outside of range 0-0o377 at position 0'],
  ['\\x4', 'incomplete escape \\x4 at position 0'],
];

/** Ours alone: with the position, and what to write instead. */
const refusedByUs: readonly (readonly [pattern: string, message: string])[] = [
  ['\\N{BULLET}', 'characters by name'],
  ['[[:alpha:]]', '[:alpha:] is not a class in Python'],
  ['\\pL', 'bad escape \\p (Unicode properties'],
  ['a\\z', 'bad escape \\z (write \\Z)'],
  ['(?<n>a)', '(write (?P<name>…))'],
  ['(?<=a+)b', 'look-behind requires fixed-width pattern at position 0'],
  ['(?:(a))*+', 'a numbered group in a possessive repetition is not supported'],
  ['(a{1000}){1000}', 'too large'],
  ['('.repeat(300), 'too deeply nested'],
];

describe("regular expressions and Python's", () => {
  before(function () {
    if (!hasPython) this.skip();
  });

  it('mean the same where they are written by hand', () => {
    const trials = written.map(([pattern, text, replacement = '-']) => ({ pattern, text, replacement }));
    expectNone(trials, ['differing', 'refused', 'too long']);
  });

  for (const seed of seeds)
    it(`mean the same, or are refused, where they are generated (seed ${seed})`, () => {
      const trials = trialsOf(seed, 300);
      const equal = expectNone(trials, ['differing']);
      expect(equal).to.be.greaterThan(200);
    }).timeout(30_000);

  it('are refused with the same words', () => {
    const outcomes = pythons(refused.map(([pattern]) => ({ pattern, text: '', replacement: '' })));
    expect(outcomes.map((outcome) => outcome?.refused)).to.deep.equal(refused.map(([, message]) => message));
  });
});

describe('regular expressions', () => {
  for (const [pattern, message] of [...refused, ...refusedByUs])
    it(`refuse ${pattern.slice(0, 20)}`, () =>
      expect(ours({ pattern, text: '', replacement: '' })?.refused).to.contain(message));

  for (const pattern of ['(a+)+$', '(a*)*$', '(a|aa)+$', '((a*)*)*$', '(?=(a+)+$)b', '(a+a+)+b'])
    it(`take linear time: ${pattern}`, () => {
      expect(ours({ pattern, text: `${'a'.repeat(3000)}!`, replacement: '' })?.matches).to.be.an('array');
    });

  it('end where a backreference makes them exponential', () => {
    expect(ours({ pattern: '((a+)+)\\2b', text: 'a'.repeat(100), replacement: '' })).to.equal(undefined);
  });
});

function expectNone(trials: readonly Trial[], verdicts: readonly string[]): number {
  const python = pythons(trials);
  const all = trials.map((trial, i) => ({
    trial,
    verdict: verdict(python[i], ours(trial)),
    python: python[i],
    own: ours(trial),
  }));
  expect(all.filter((one) => verdicts.includes(one.verdict))).to.deep.equal([]);
  return all.filter((one) => one.verdict === 'equal').length;
}
