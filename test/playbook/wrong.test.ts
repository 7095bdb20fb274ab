import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkDelegates } from '../../engine/playbook/delegates.ts';
import { checkTags, lintPlaybook } from '../../engine/playbook/lint.ts';
import { loadPlaybook } from '../../engine/playbook/parse.ts';
import { type Diagnostic, Diagnostics } from '../../engine/source/diagnostic.ts';
import { modules } from '../fixtures/playbook/modules.ts';

const folder = 'test/fixtures/playbook/wrong';

/** What is expected of a file stands in its last lines, after this mark. */
const mark = '#! ';

/** `[file:]line:column code: message (hint)`, the file only where it is another one. */
function line({ place, code, message, hint }: Diagnostic, file: string): string {
  const where = place
    ? `${place.file === file ? '' : `${place.file.replace(`${folder}/`, '')}:`}${place.line}:${place.column} `
    : '';
  return `${mark}${where}${code}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}

async function problemsOf(file: string): Promise<string[]> {
  const diagnostics = new Diagnostics();
  const playbook = await loadPlaybook(file, modules, diagnostics);
  lintPlaybook(playbook, { knownVariables: () => ['fine', 'target'], facts: new Set(['os']) }, diagnostics);
  checkDelegates(playbook, new Map([['web', {}]]), diagnostics);
  return diagnostics.all.map((problem) => line(problem, file));
}

const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => ({
    name,
    expected: readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((text) => text.startsWith(mark)),
  }))
  .filter(({ expected }) => expected.length > 0);

describe('what is wrong with a playbook is told all at once', () => {
  for (const { name, expected } of cases)
    it(name, async () => expect(await problemsOf(join(folder, name))).to.deep.equal(expected));

  it('every code of a diagnostic is in one of these cases', () => {
    const codes = new Set(
      cases.flatMap(({ expected }) => expected.map((text) => /^#! (?:\S+:\d+ )?([a-z-]+): /.exec(text)?.[1])),
    );
    const source = readdirSync('engine/playbook')
      .map((name) => readFileSync(join('engine/playbook', name), 'utf8'))
      .join('\n');
    const used = [...source.matchAll(/diagnostics\.error\(\s*'([a-z-]+)'/g)].map(([, code]) => code!);
    const elsewhere = ['unknown-tag', 'unreadable-file'];
    expect([...new Set(used)].filter((code) => !codes.has(code) && !elsewhere.includes(code))).to.deep.equal([]);
  });

  it('a tag that stands nowhere', async () => {
    const diagnostics = new Diagnostics();
    const playbook = await loadPlaybook('test/fixtures/playbook/site/site.yml', modules, diagnostics);
    checkTags(playbook, ['packages', 'always', 'pakages'], diagnostics);
    expect(diagnostics.all).to.deep.equal([
      {
        code: 'unknown-tag',
        severity: 'error',
        message: "no task of the playbook has the tag 'pakages'",
        hint: "did you mean 'packages'?",
      },
    ]);
  });
});
