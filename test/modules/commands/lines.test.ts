import { expect } from 'chai';
import { linesOf, withoutFinalNewlines } from '../../../modules/commands/lines.ts';

describe('lines of output', () => {
  for (const text of ['', 'a', 'a\n', 'a\n\n', '\n', '\na', 'a\r\n', 'a\nb\n'])
    it(`loses only the ends of lines behind ${JSON.stringify(text)}`, () =>
      expect(withoutFinalNewlines(text)).to.equal(text.replace(/[\r\n]+$/, '')));

  // An expression took minutes for this.
  it('costs no more with many newlines inside', () =>
    expect(withoutFinalNewlines(`${'\n'.repeat(2_000_000)}x\n`).length).to.equal(2_000_001));

  it('are the same however much there is', () => {
    for (const text of ['', 'a', 'a\nb', '\n', 'a\n\nb\n'])
      expect(linesOf(text)).to.deep.equal(text === '' ? [] : text.split('\n'));
    const text = `${'ab\n'.repeat(400_000)}end`;
    const lines = linesOf(text);
    expect(Array.isArray(lines)).to.equal(true);
    expect(JSON.stringify(lines)).to.equal(JSON.stringify(text.split('\n')));
    expect([lines.length, lines[0], lines.at(-1), lines.indexOf('end')]).to.deep.equal([400_001, 'ab', 'end', 400_000]);
    expect([...linesOf(text)].length).to.equal(400_001);
    expect(Object.keys(linesOf(text)).length).to.equal(400_001);
    expect(linesOf(text).map(String).join('\n')).to.equal(text);
  });
});
