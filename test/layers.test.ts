import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');

interface Structure {
  readonly 'structure/layers': readonly [
    string,
    { readonly order: readonly string[]; readonly joins: readonly string[] },
  ];
  readonly 'structure/small-files': readonly [string, { readonly allowed: readonly string[] }];
}

/** The linter holds the structure; here is only what a linter cannot see: that its lists agree with the rest of the project. */
describe("the linter's lists", () => {
  const { overrides } = JSON.parse(read('.oxlintrc.json')) as { overrides: readonly { rules: object }[] };
  const rules = Object.assign({}, ...overrides.map((one) => one.rules)) as Structure;

  it('have the layers that the README names', () => {
    expect(read('README.md').replaceAll(/\s+/g, ' ')).to.contain(rules['structure/layers'][1].order.join(' → '));
  });

  it('name only files and folders that exist', () => {
    const layers = rules['structure/layers'][1].order.flatMap((name) =>
      existsSync(`engine/${name}`) ? [] : [`engine/${name}.ts`],
    );
    const files = [...layers, ...rules['structure/layers'][1].joins, ...rules['structure/small-files'][1].allowed];
    expect(files.filter((file) => !existsSync(file))).to.deep.equal([]);
  });
});
