import { expect } from 'chai';
import { Unknown } from '../../engine/module/unknown.ts';
import { canonical, Keyed } from '../../engine/plans/key.ts';

describe('the digests of a plan', () => {
  it('are the same for equal values, whatever the order of their keys', () => {
    expect(canonical({ a: 1, b: [null, 'x'], c: undefined })).to.equal(canonical({ b: [null, 'x'], a: 1 }));
    expect(canonical(new Map([['x', 1]]))).to.equal(canonical(new Map([['x', 1]])));
  });

  const different: readonly unknown[] = [
    null,
    undefined,
    '',
    'null',
    0,
    '0',
    0n,
    false,
    [],
    {},
    [[]],
    ['a', 'b'],
    ['a,b'],
    [['a'], 'b'],
    { a: 1 },
    { a: '1' },
    new Map([['a', 1]]),
    new Set(['a']),
    Buffer.from('a'),
    new Unknown('until then'),
  ];
  it('differ where values do', () => {
    expect(new Set(different.map(canonical)).size).to.equal(different.length);
  });

  it('hang on the key and on the salt', () => {
    const [one, two] = ['one', 'two'].map((secret) => Buffer.from(secret)) as [Buffer, Buffer];
    const first = new Keyed('vault', [one]);
    const again = new Keyed('vault', [one], first.hint.salt);
    expect(again.hint).to.deep.equal(first.hint);
    expect(again.digest('x', 1)).to.equal(first.digest('x', 1)).and.not.equal(first.digest('x1'));
    expect(new Keyed('vault', [one]).digest('x')).not.to.equal(first.digest('x'));
    expect(new Keyed('vault', [two], first.hint.salt).hint.proof).not.to.equal(first.hint.proof);
    const both = new Keyed('vault', [one, two], first.hint.salt);
    expect(new Keyed('vault', [two, one, one], first.hint.salt).hint).to.deep.equal(both.hint);
  });
});
