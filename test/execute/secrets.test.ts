import { expect } from 'chai';
import { Secrets } from '../../engine/execute/secrets.ts';

describe('secrets', () => {
  const secrets = new Secrets();
  secrets.add('abcdef.0123456789abcdef\n');
  secrets.add('hunter2');
  secrets.add('hunter2-and-more');
  secrets.add('x');

  const cases: [title: string, shown: unknown, masked: unknown][] = [
    ['a text', 'token abcdef.0123456789abcdef', 'token ********'],
    ['the longer of two that overlap', 'pw=hunter2-and-more', 'pw=********'],
    [
      'maps and lists at any depth',
      { a: ['hunter2', { b: 'say hunter2!' }] },
      { a: ['********', { b: 'say ********!' }] },
    ],
    ['nothing for a text too short to be a secret', 'x marks the spot', 'x marks the spot'],
    ['numbers and null as they are', [1, null, true], [1, null, true]],
  ];
  for (const [title, shown, masked] of cases)
    it(`masks ${title}`, () => expect(secrets.value(shown)).to.deep.equal(masked));
});
