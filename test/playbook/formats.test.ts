import { expect } from 'chai';
import { normaliseMode } from '../../engine/playbook/arguments/formats.ts';

const right: Readonly<Record<string, string>> = {
  '0644': '0644',
  '01777': '1777',
  '0o600': '0600',
  '1777': '1777',
  '00': '0000',
  'u=rwx,g=rx,o=': 'u=rwx,g=rx,o=',
  'a+X': 'a+X',
  'u+s-w': 'u+s-w',
};

describe('file modes', () => {
  for (const [written, mode] of Object.entries(right))
    it(`${written} is ${mode}`, () => expect(normaliseMode(written)).to.equal(mode));

  it('digits without the zero are refused, with what to write', () =>
    expect(normaliseMode('644')).to.deep.equal({ message: 'the mode 644 has no leading zero', hint: 'write: 0644' }));

  for (const wrong of ['0888', 'rw-r--r--', '', 'u=rwz', '06444444'])
    it(`'${wrong}' is refused`, () =>
      expect(normaliseMode(wrong)).to.have.property('message', `'${wrong}' is not a file mode`));
});
