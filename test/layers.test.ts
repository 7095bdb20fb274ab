import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

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

  it('have the layers that docs/architecture.md names', () => {
    expect(read('docs/architecture.md').replaceAll(/\s+/g, ' ')).to.contain(
      rules['structure/layers'][1].order.join(' → '),
    );
  });

  it('name only files and folders that exist', () => {
    const layers = rules['structure/layers'][1].order.flatMap((name) =>
      existsSync(join(root, 'engine', name)) ? [] : [`engine/${name}.ts`],
    );
    const files = [...layers, ...rules['structure/layers'][1].joins, ...rules['structure/small-files'][1].allowed];
    expect(files.filter((file) => !existsSync(join(root, file)))).to.deep.equal([]);
  });
});

/** A project of wrong files under the project's own rules, by path: each must break the rule that its first line names. */
const wrong: Readonly<Record<string, string>> = {
  'engine/run/circle.ts': "// import(no-cycle)\nimport type { B } from './circle-too.ts';\nexport type A = B[];\n",
  'engine/run/circle-too.ts': "// import(no-cycle)\nimport type { A } from './circle.ts';\nexport type B = A[];\n",
  'engine/source/up.ts': "// structure(layers)\nexport type * from '../run/circle.ts';\n",
  'engine/source/later.ts': "// structure(layers)\nexport const later = () => import('../cli/main.ts');\n",
  'engine/source/named.ts': "// structure(layers)\nexport type Named = import('../lab/host.ts').Named;\n",
  'engine/run/outside.ts': "// structure(layers)\nexport * from '../../modules/index.ts';\n",
  'engine/new/folder.ts': "// structure(layers)\nexport * from '../source/place.ts';\n",
  'modules/inside.ts': "// structure(layers)\nexport * from '../engine/run/run.ts';\n",
  'modules/small.ts': '// structure(small-files)\nexport const small = 1;\n',
  'modules/long.ts': `// eslint(max-lines)\n${'export {};\n'.repeat(300)}`,
};

describe('the linter', () => {
  let reported: readonly { readonly filename: string; readonly code: string }[] = [];

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsplay-lint-'));
    try {
      for (const [path, text] of Object.entries(wrong)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      mkdirSync(join(folder, 'test'));
      for (const path of ['.oxlintrc.json', 'test/lint-structure.mjs'])
        copyFileSync(join(root, path), join(folder, path));
      const oxlint = join(root, 'node_modules/.bin/oxlint');
      const { stdout } = await promisify(execFile)(oxlint, ['--format=json'], { cwd: folder }).catch(
        (error: { stdout: string }) => error,
      );
      reported = (JSON.parse(stdout) as { diagnostics: typeof reported }).diagnostics;
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const [path, text] of Object.entries(wrong))
    it(`reports ${path}`, () => {
      const rule = /^\/\/ (.*)\n/.exec(text)![1];
      expect(reported.filter(({ filename }) => filename === path).map(({ code }) => code)).to.include(rule);
    });
});
