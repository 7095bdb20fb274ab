import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Scope } from '../../engine/expressions/types.ts';
import { compileValue } from '../../engine/expressions/value.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { Secrets } from '../../engine/vault/redaction.ts';

const secret = "Pl4in-5ecret'Value 99!";
const values: Readonly<Record<string, unknown>> = {
  pw: secret,
  json: JSON.stringify({ token: 'tok-987654321', n: 1 }),
  user: { name: 'alice-smith', password: secret },
  hosts: ['web-one', 'web-two'],
};

/** The value of a template, and how it is shown. */
function shown(text: string, tag = ''): unknown {
  const secrets = new Secrets();
  secrets.add(secret);
  secrets.add(values['json'] as string);
  const scope: Scope = {
    lookup: (name) => values[name],
    names: () => Object.keys(values),
    derived: (inputs, result) => secrets.derive(inputs, result),
  };
  const diagnostics = new Diagnostics();
  const place = { file: 'x', line: 1, column: 1 };
  const node = { kind: 'scalar', place, value: text, source: text, plain: false, ...(tag && { tag }) } as const;
  const value = compileValue(node, diagnostics).evaluate(scope);
  expect(diagnostics.all).to.deep.equal([]);
  return secrets.value(value);
}

const masked: readonly (readonly [text: string, tag?: string])[] = [
  ['{{ upper pw }}'],
  ['{{ lower pw }}'],
  ["{{ replace pw '5' '55' }}"],
  ['{{ hash pw }}'],
  ["{{ hash pw 'md5' }}"],
  ['{{ b64encode pw }}'],
  ['{{ b64encode (b64encode pw) }}'],
  ['{{ toJson (toJson pw) }}'],
  ['{{ quote pw }}'],

  ['{{ lookup (fromJson json) "token" }}'],
  ["pw.split('5')[1]", '!cel'],
  ['hash(pw)', '!cel'],
  ['hash(pw).trim()', '!cel'],
  ["hash(user.password) + 'x'", '!cel'],
  ['fromJson(json).token', '!cel'],
  ["pw.replace('5', 'five') + 'x'", '!cel'],
  ['pw.substring(3, 12)', '!cel'],
];

const open: readonly (readonly [text: string, value: unknown, tag?: string])[] = [
  ["{{ eq pw 'x' }}", false],
  ['{{ upper user.name }}', 'ALICE-SMITH'],
  ["{{ lookup user 'name' }}", 'alice-smith'],
  ["{{ join hosts ',' }}", 'web-one,web-two'],
  ["{{ concat 'host=' hosts.[0] ' password=' pw }}", 'host=web-one password=********'],
  ["pw == 'x' ? 'yes-it-is' : 'no-it-is-not'", 'no-it-is-not', '!cel'],
  ['size(pw)', secret.length, '!cel'],
];

describe('what comes of a secret', () => {
  for (const [text, tag] of masked)
    it(`is masked: ${text}`, () => {
      expect(shown(text, tag)).to.match(/^["'\\]*\*{8}[x!="'\\]*.{0,2}$/);
    });

  for (const [text, value, tag] of open)
    it(`is not masked where it says nothing: ${text}`, () => {
      expect(shown(text, tag)).to.deep.equal(value);
    });

  it('is compared by a fingerprint that another run does not repeat', () => {
    const digest = createHash('sha256').update('1234').digest('hex');
    const one = new Secrets();
    expect(one.fingerprint(digest)).to.equal(one.fingerprint(digest)).and.not.equal(new Secrets().fingerprint(digest));
  });

  it('makes nobody read what no expression has: facts would be fetched from the host for it', () => {
    const secrets = new Secrets();
    secrets.add(secret);
    const facts = Object.defineProperty({}, 'kernel', {
      enumerable: true,
      get: () => expect.fail('the fact was read'),
    });
    secrets.derive([secret, facts], [{ facts }, `made of ${secret.slice(0, 8)}`]);
  });
});
