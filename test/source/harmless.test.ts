import { expect } from 'chai';
import { jsonLine } from '../../engine/report/jsonl.ts';
import { harmless, harmlessJson, printable } from '../../engine/source/harmless.ts';

const hidden = [
  '\u001B',
  '\u0007',
  '\u009B',
  '\u0085',
  '\u202E',
  '\u2066',
  '\u200B',
  '\u200F',
  '\u061C',
  '\uFEFF',
  '\u00AD',
  '\u2028',
  '\u{E0041}',
];

describe('text that others wrote', () => {
  for (const sign of hidden)
    it(`shows U+${sign.codePointAt(0)!.toString(16)} instead of obeying it`, () => {
      for (const shown of [harmless(`a${sign}b`), harmlessJson(JSON.stringify(`a${sign}b`)), printable(`a${sign}b`)])
        expect(shown).not.to.include(sign);
      expect(JSON.parse(harmlessJson(JSON.stringify(`a${sign}b`)))).to.equal(`a${sign}b`);
    });

  it('stays as it is otherwise', () => {
    expect(harmless('a\tb\nüß✓🔑 \u4F60')).to.equal('a\tb\nüß✓🔑 \u4F60');
  });

  it('is escaped in events for programs, which read the same', () => {
    const line = jsonLine({ event: 'play-start', play: 'a\u202Eb\u009Bc', hosts: [] })!;
    expect(line).to.match(/^[ -~]+\n$/);
    expect(JSON.parse(line)).to.have.property('play', 'a\u202Eb\u009Bc');
  });
});
