import { expect } from 'chai';
import { sh } from '../../engine/module/quote.ts';
import { Secrets } from '../../engine/vault/redaction.ts';

function secretsOf(...texts: string[]): Secrets {
  const secrets = new Secrets();
  for (const text of texts) secrets.add(text);
  return secrets;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const cases: [title: string, secrets: string[], shown: unknown, masked: unknown][] = [
  ['a text', ['abcdef.0123456789abcdef\n'], 'token abcdef.0123456789abcdef', 'token ********'],
  ['every occurrence', ['hunter2'], 'hunter2, hunter2', '********, ********'],
  ['the longer of two that overlap', ['hunter2', 'hunter2-and-more'], 'pw=hunter2-and-more', 'pw=********'],
  ['both of two that overlap in part', ['abcd', 'cdefg'], 'x abcdefg y', 'x ******** y'],
  ['one that repeats itself', ['abab'], 'ababab.', '********.'],
  [
    'maps and lists at any depth',
    ['hunter2'],
    { a: ['hunter2', { b: 'say hunter2!' }] },
    { a: ['********', { b: 'say ********!' }] },
  ],
  ['the keys of maps', ['hunter2'], { 'x-hunter2': 1 }, { 'x-********': 1 }],
  ['nothing for a text too short to be a secret', ['x', 'ab'], 'ab x marks the spot', 'ab x marks the spot'],
  [
    'no words that every output has',
    ['root', 'admin', 'true', 'password', 'Localhost'],
    'true: root has /root, its password is not admin at localhost',
    'true: root has /root, its password is not admin at localhost',
  ],
  [
    'a short word or number where it stands alone',
    ['8080', 'tiger'],
    'tigers 18080 tiger:8080',
    'tigers 18080 ********:********',
  ],
  ['a short text of letters and digits anywhere', ['a1b2'], 'xa1b2y', 'x********y'],
  ['a longer word anywhere', ['tigers'], 'xtigersy', 'x********y'],
  ['a secret of three characters', ['a1b'], 'say a1b', 'say ********'],
  ['no other numbers, and not null', ['hunter2'], [1, null, true], [1, null, true]],
  ['a number that is a secret', ['5432'], [5432, 54321], ['********', 54321]],
  ['its single lines', ['first line\nsecond line'], 'the second line', 'the ********'],
  ['no line that is but a word', ['key: a\ndone\n'], 'done', 'done'],
  ['what is written in JSON', ['say "no"\nor yes'], JSON.stringify({ a: 'say "no"\nor yes' }), '{"a":"********"}'],
  ['what is quoted for a shell', ["it's me"], String.raw`echo 'it'\''s me'`, "echo '********'"],
  [
    'what is quoted for a shell in a command that is quoted for another',
    ["it's me"],
    sh`exec sh -c ${sh`sh -c ${sh`echo ${"it's me"}`}`}`,
    /^exec sh -c 'sh -c '\\''echo ['\\]+\*{8}['\\]+$/,
  ],
  [
    'JSON that is quoted for a shell',
    ['say "it\'s"'],
    sh`curl -d ${JSON.stringify({ a: 'say "it\'s"' })}`,
    `curl -d '{"a":"********"}'`,
  ],
  ['what is escaped in an address', ['p@ss word'], 'https://x/?p=p%40ss%20word', 'https://x/?p=********'],
  ['base64 of it', ['correct horse'], base64('correct horse'), /^\*{8}.{0,3}$/],
  [
    'base64 of a text that it is in',
    ['correct horse'],
    `Basic ${base64('me:correct horse')}`,
    /^Basic bWU6\*{8}.{0,3}$/,
  ],
  [
    'base64 of a text that it is in, one further',
    ['correct horse'],
    base64('you:correct horse!'),
    /^.{0,6}\*{8}.{0,4}$/,
  ],
];

describe('secrets', () => {
  for (const [title, texts, shown, masked] of cases)
    it(`mask ${title}`, () => {
      const seen = secretsOf(...texts).value(shown);
      if (masked instanceof RegExp) expect(seen).to.match(masked);
      else expect(seen).to.deep.equal(masked);
    });

  it('are not in the message of a bug', () => {
    const error = new TypeError('hunter2 is not a function');
    const seen = secretsOf('hunter2').error(error) as TypeError;
    expect(seen).to.equal(error);
    expect(seen.message).to.equal('******** is not a function');
    expect(seen.stack)
      .to.match(/^TypeError: \*{8} is/)
      .and.not.to.include('hunter2');
  });

  it('are masked in values of any depth; what is too deep is omitted', () => {
    let deep: unknown = 'hunter2';
    for (let i = 0; i < 9_000; i++) deep = i % 2 ? [deep] : { a: deep, b: 'hunter2' };
    for (const secrets of [secretsOf('hunter2'), secretsOf()]) {
      const shown = JSON.stringify(secrets.value(deep));
      expect(shown).to.include('"…"').and.have.length.below(20_000);
      expect(shown.includes('hunter2')).to.equal(secrets.text('hunter2') === 'hunter2');
    }
  });

  it('are masked in values that contain themselves', () => {
    const cyclic: Record<string, unknown> = { a: 'hunter2' };
    cyclic.self = [cyclic];
    expect(secretsOf('hunter2').value(cyclic)).to.deep.equal({ a: '********', self: ['…'] });
    expect(secretsOf().value(cyclic)).to.deep.equal({ a: 'hunter2', self: ['…'] });
  });

  it('are masked once in what occurs many times', () => {
    let twice: unknown = ['hunter2'];
    for (let i = 0; i < 60; i++) twice = [twice, twice];
    const [first, second] = secretsOf('hunter2').value(twice) as unknown[];
    expect(first).to.equal(second);
  });

  it('leave a value without secrets alone', () => {
    const value = { a: ['b', { c: 1 }] };
    expect(secretsOf('hunter2').value(value)).to.equal(value);
  });

  it('may be added at any time', () => {
    const secrets = secretsOf('first');
    expect(secrets.text('first second')).to.equal('******** second');
    secrets.add('second');
    expect(secrets.text('first second')).to.equal('******** ********');
  });
});
