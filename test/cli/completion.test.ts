import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { tsplay } from './command.ts';

/** Words as they stand when TAB is pressed at the end; `offered`: some of what must come, `not`: what must not. */
const cases: readonly { words: readonly string[]; offered: readonly string[]; not?: readonly string[] }[] = [
  { words: [''], offered: ['run', 'validate', 'exec', 'doc', 'vault', 'init'], not: ['edit', '--check'] },
  { words: ['va'], offered: ['validate', 'vault'], not: ['run'] },
  { words: ['-'], offered: ['--version', '--help'] },
  { words: ['run', '--ch'], offered: ['--check'], not: ['--tags'] },
  { words: ['run', 'site.yml', '--l'], offered: ['--limit', '--list-tasks'] },
  { words: ['run', '--become-method', ''], offered: ['sudo', 'doas', 'su'], not: ['--check'] },
  { words: ['run', '--output', '=', 'js'], offered: ['jsonl'] },
  { words: ['run', ''], offered: [], not: ['run', 'exec'] },
  { words: ['run', '-i', ''], offered: [], not: ['run'] },
  { words: ['exec', 'all', '-m', 'ap'], offered: ['apt', 'apt_repository'], not: ['copy'] },
  { words: ['plan', '--ou'], offered: ['--out', '--output'] },
  { words: ['apply', '--y'], offered: ['--yes'] },
  { words: ['doc', 'cop'], offered: ['copy'] },
  { words: ['schema', ''], offered: ['playbook', 'inventory', 'role-meta'] },
  { words: ['vault', ''], offered: ['encrypt', 'edit', 'rekey'], not: ['run'] },
  { words: ['vault', 'edit', '--vault'], offered: ['--vault-id', '--vault-password-file'] },
  { words: ['completion', ''], offered: ['bash', 'zsh', 'fish'] },
];

const installed = (shell: string): boolean => spawnSync(shell, ['-c', 'exit']).status === 0;

describe('tsplay completion', function () {
  this.timeout(20_000);
  let folder: string;
  const scriptFor = async (shell: string): Promise<string> => {
    const { code, stdout } = await tsplay(['completion', shell]);
    expect(code).to.equal(0);
    const path = join(folder, shell);
    writeFileSync(path, stdout);
    return path;
  };
  const check = (got: readonly string[], { offered, not = [] }: (typeof cases)[number]): void => {
    expect(got).to.include.members(offered);
    for (const word of not) expect(got).to.not.include(word);
    if (offered.length === 0) expect(got).to.deep.equal([]);
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-completion-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  describe('for bash', () => {
    let script: string;
    before(async () => {
      script = await scriptFor('bash');
    });
    for (const entry of cases)
      it(`after: tsplay ${entry.words.join(' ')}`, () => {
        const { stdout, stderr } = spawnSync(
          'bash',
          [
            '-c',
            `source ${script}; COMP_WORDS=(tsplay "$@"); COMP_CWORD=$#; _tsplay; printf '%s\\n' "\${COMPREPLY[@]}"`,
            'bash',
            ...entry.words,
          ],
          { encoding: 'utf8' },
        );
        expect(stderr).to.equal('');
        check(stdout.split('\n').filter(Boolean), entry);
      });
  });

  describe('for fish', () => {
    if (!installed('fish')) {
      it('(skipped: fish is not installed)');
      return;
    }
    let script: string;
    before(async () => {
      script = await scriptFor('fish');
    });
    for (const entry of cases.filter(({ words, offered }) => offered.length > 0 && !words.includes('=')))
      it(`after: tsplay ${entry.words.join(' ')}`, () => {
        const line = `tsplay ${entry.words.join(' ')}`;
        const { stdout } = spawnSync('fish', ['-c', `source ${script}; complete -C '${line}'`], { encoding: 'utf8' });
        check(
          stdout.split('\n').map((row) => row.split('\t')[0]!),
          { ...entry, not: [] },
        );
      });
  });

  describe('for zsh', () => {
    if (!installed('zsh')) {
      it('(skipped: zsh is not installed)');
      return;
    }
    it('is a script that zsh can read', async () => {
      const { status, stderr } = spawnSync('zsh', ['-n', await scriptFor('zsh')], { encoding: 'utf8' });
      expect(stderr).to.equal('');
      expect(status).to.equal(0);
    });
  });

  it('knows no other shell', async () => {
    const { code, stderr } = await tsplay(['completion', 'tcsh']);
    expect(stderr).to.equal("error: there is no completion for 'tcsh': bash, zsh, fish\n");
    expect(code).to.equal(1);
  });
});
