import { expect } from 'chai';
import { suggest } from '../../engine/source/nearest.ts';

describe('suggest', () => {
  const cases: [name: string, candidates: string[], hint: string | undefined][] = [
    ['templte', ['template', 'file'], "did you mean 'template'?"],
    ['sdtout', ['stdout', 'stderr'], "did you mean 'stdout'?"],
    ['Become', ['become', 'name'], "did you mean 'become'?"],
    ['xyz', ['apt', 'copy'], 'known: apt, copy'],
    ['xyz', Array.from({ length: 20 }, (_, i) => `candidate${i}`), undefined],
    ['x', [], undefined],
  ];
  for (const [name, candidates, hint] of cases) {
    it(`${name} among ${candidates.length} names`, () => expect(suggest(name, candidates)).to.equal(hint));
  }
});
