import { expect } from 'chai';
import { maskDifference, maskEvent } from '../../../engine/run/events/redact.ts';
import { Secrets } from '../../../engine/vault/redaction.ts';

const secrets = new Secrets();
for (const text of ['hunter22', '1234', 'web1', 'KEY one\nKEY two']) secrets.add(text);

const differences: [title: string, from: string | null, to: string | null, masked: [string | null, string | null]][] = [
  ['a new value', null, 'hunter22', [null, '********']],
  ['the value before a secret one, which was one too', 'oldpassword', 'hunter22', ['******** (before)', '********']],
  [
    'the old password in the same line of a file',
    'user = me\npassword = before\nport = 1\n',
    'user = you\npassword = hunter22\nport = 1\n',
    ['user = me\npassword = ******** (before)\nport = 1\n', 'user = you\npassword = ********\nport = 1\n'],
  ],
  [
    'a secret that stays, as what it is',
    'a\npassword = hunter22\n',
    'b\npassword = hunter22\n',
    ['a\npassword = ********\n', 'b\npassword = ********\n'],
  ],
  [
    'a secret of several lines, line by line',
    'old line\n\nKEY two\n',
    '  KEY one\nKEY two\n',
    ['******** (before)\n\n********\n', '  ********\n********\n'],
  ],
  ['one secret that another one replaces', 'KEY one', 'hunter22', ['******** (before)', '********']],
  ['a secret that goes', 'password = hunter22', 'password = x', ['password = ********', 'password = x']],
  ['nothing where no secret is', 'a', 'b', ['a', 'b']],
];

describe('masking', () => {
  for (const [title, from, to, masked] of differences)
    it(`a difference hides ${title}`, () => {
      const seen = maskDifference({ what: 'content', from, to }, secrets);
      expect([seen.from, seen.to]).to.deep.equal(masked);
    });

  it('an event keeps the names by which reporters know things, and its numbers', () => {
    const event = {
      event: 'result',
      play: 'p',
      task: 'say hunter22',
      module: 'debug',
      host: 'web1',
      status: 'ok',
      item: { pin: 1234 },
      differences: [],
      message: 'hunter22 on web1',
      failure: { command: 'login hunter22', code: 1, stdout: 'hunter22\n', stderr: '' },
      place: { file: 'site.yml', line: 1234, column: 1 },
      milliseconds: 1234,
    } as const;
    expect(maskEvent(event, secrets)).to.deep.equal({
      ...event,
      task: 'say ********',
      item: { pin: '********' },
      message: '******** on ********',
      failure: { command: 'login ********', code: 1, stdout: '********\n', stderr: '' },
    });
  });
});
