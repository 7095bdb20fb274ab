import { expect } from 'chai';
import { keywords, type Level, settingKeywords } from '../../engine/playbook/keywords.ts';
import { loadCases } from './case.ts';
import { forms } from './keyword-cases.ts';

/** Keywords whose value a run resolves, though they are no row of the settings. */
const besides = ['environment', 'pause'];

/** Combinations that cannot be observed, each with the reason: `keyword level form`. */
const unobservable: ReadonlyMap<string, string> = new Map();

describe('the cases of keywords/', () => {
  const expected = [...settingKeywords.map(({ keyword }) => keyword), ...besides].flatMap((keyword) =>
    keywords[keyword]!.at.flatMap((level) => forms.map((form) => named(keyword, level, form))),
  );
  const cases = loadCases().filter(({ topic }) => topic === 'keywords');
  const covered = new Set(
    cases.flatMap(({ covers }) =>
      covers ? covers.levels.map((level) => named(covers.keyword, level, covers.form)) : [],
    ),
  );

  it('show every keyword at every level in every form', () => {
    const missing = expected.filter((name) => !covered.has(name) && !unobservable.has(name));
    expect(missing, 'add a file to test/conformance/keywords/').to.deep.equal([]);
  });

  it('leave out only what is a combination and has no case', () => {
    const idle = [...unobservable.keys()].filter((name) => !expected.includes(name) || covered.has(name));
    expect(idle).to.deep.equal([]);
  });
});

function named(keyword: string, level: Level, form: string): string {
  return `${keyword} ${level} ${form}`;
}
