import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import {
  decryptCommand,
  editCommand,
  encryptCommand,
  encryptStringCommand,
  rekeyCommand,
} from '../../engine/cli/commands/vault.ts';
import { UsageError } from '../../engine/cli/problem.ts';
import { passwordsFrom, type VaultOptions } from '../../engine/cli/vault-passwords.ts';
import { start, tsplay } from './command.ts';

const fixtures = 'test/fixtures/vault';
const plain = readFileSync(`${fixtures}/plain.yml`, 'utf8');
const byDefault = { vaultPasswordFile: [`${fixtures}/default.password`] };
const byDev = { vaultId: [`dev@${fixtures}/dev.password`] };

let folder: string;
const at = (name: string): string => join(folder, name);
const textOf = (name: string): string => readFileSync(at(name), 'utf8');

function put(name: string, text: string, mode = 0o600): string {
  writeFileSync(at(name), text);
  chmodSync(at(name), mode);
  return at(name);
}

/** A copy of a file that ansible-vault wrote. */
function fixture(name: string, mode = 0o600): string {
  copyFileSync(`${fixtures}/${name}`, at(name));
  chmodSync(at(name), mode);
  return at(name);
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UsageError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  throw new Error('it was not refused');
}

describe('vault', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-vault-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  describe('files', () => {
    it('are encrypted and decrypted in their place and keep their mode', async () => {
      const file = put('a.yml', plain, 0o640);
      await encryptCommand([file], byDefault);
      expect(textOf('a.yml')).to.match(/^\$ANSIBLE_VAULT;1\.1;AES256\n/);
      await decryptCommand([file], byDefault);
      expect(textOf('a.yml')).to.equal(plain);
      expect(statSync(file).mode & 0o777).to.equal(0o640);
      expect(readdirSync(folder)).to.deep.equal(['a.yml']);
    });

    it('that are new are readable by their owner alone', async () => {
      const file = put('a.yml', plain, 0o644);
      await encryptCommand([file], { ...byDev, output: at('b.yml') });
      expect(textOf('b.yml')).to.match(/^\$ANSIBLE_VAULT;1\.2;AES256;dev\n/);
      expect(statSync(at('b.yml')).mode & 0o777).to.equal(0o600);
      expect(textOf('a.yml')).to.equal(plain);
    });

    it('are replaced where a link leads to', async () => {
      put('a.yml', plain);
      symlinkSync('a.yml', at('link.yml'));
      await encryptCommand([at('link.yml')], byDefault);
      expect(textOf('a.yml')).to.match(/^\$ANSIBLE_VAULT/);
    });

    it('get a new password and id', async () => {
      const files = [fixture('default.yml'), fixture('dev.yml')];
      await rekeyCommand(files, { ...byDefault, ...byDev, newVaultId: `prod@${put('prod', 'third')}` });
      for (const name of ['default.yml', 'dev.yml'])
        expect(textOf(name)).to.match(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/);
      await decryptCommand(files, { vaultId: [at('prod')] });
      expect(textOf('dev.yml')).to.equal(plain);
    });

    const refused: [title: string, work: () => Promise<unknown>, message: string | RegExp][] = [
      [
        'is not there',
        () => encryptCommand([at('none')], byDefault),
        'none cannot be read: there is no such file or folder',
      ],
      [
        'is encrypted already',
        () => encryptCommand([fixture('dev.yml')], byDefault),
        "dev.yml is encrypted already; 'tsplay vault rekey' changes its password",
      ],
      ['is not encrypted', () => decryptCommand([put('a', plain)], byDefault), 'a is not encrypted'],
      [
        'holds encrypted values only',
        () => decryptCommand([fixture('values.yml')], byDefault),
        'values.yml is not encrypted: only values in it are (!vault)',
      ],
      [
        'is for another password',
        () => decryptCommand([fixture('dev.yml')], byDefault),
        "dev.yml cannot be decrypted: the password of vault id 'default' is wrong (it is for the vault id 'dev')\n  or the encrypted text was changed after encryption",
      ],
      [
        'cannot be written',
        () => encryptCommand([put('a', plain)], { ...byDefault, output: at('no/where') }),
        /^no\/where cannot be written and is unchanged: ENOENT/,
      ],
      [
        'is one of several for one output',
        () => encryptCommand(['a', 'b'], { ...byDefault, output: 'c' }),
        '--output is for one file, not for several',
      ],
    ];
    for (const [title, work, message] of refused)
      it(`are refused where one ${title}`, async () => {
        const seen = await refusalOf(work());
        if (typeof message === 'string') expect(seen).to.equal(message);
        else expect(seen).to.match(message);
      });

    it('are all left as they are where one of them cannot be decrypted', async () => {
      const files = [fixture('default.yml'), fixture('dev.yml')];
      await refusalOf(rekeyCommand(files, { ...byDefault, newVaultId: `prod@${put('prod', 'third')}` }));
      await refusalOf(decryptCommand(files, byDefault));
      for (const name of ['default.yml', 'dev.yml'])
        expect(textOf(name)).to.equal(readFileSync(`${fixtures}/${name}`, 'utf8'));
    });
  });

  describe('edit', () => {
    /** An editor that does this with the file. */
    const editor = (script: string): void => {
      process.env['VISUAL'] = put('editor', `#!/bin/sh\n${script}\n`, 0o755);
    };
    const before = { visual: process.env['VISUAL'] };
    afterEach(() => {
      if (before.visual === undefined) delete process.env['VISUAL'];
      else process.env['VISUAL'] = before.visual;
    });

    it('hands the text to the editor where nobody else can read it, and keeps password and id', async () => {
      const file = fixture('dev.yml', 0o640);
      editor(`stat -c %a "$1" "$(dirname "$1")" > ${at('seen')}; echo "$1" > ${at('path')}; echo more: 1 >> "$1"`);
      await editCommand(file, { ...byDefault, ...byDev });
      expect(textOf('seen')).to.equal('600\n700\n');
      expect(statSync(textOf('path').trim(), { throwIfNoEntry: false })).to.equal(undefined);
      expect(textOf('dev.yml')).to.match(/^\$ANSIBLE_VAULT;1\.2;AES256;dev\n/);
      expect(statSync(file).mode & 0o777).to.equal(0o640);
      await decryptCommand([file], byDev);
      expect(textOf('dev.yml')).to.equal(`${plain}more: 1\n`);
    });

    it('leaves a file alone that was not changed', async () => {
      const file = fixture('dev.yml');
      editor('true');
      await editCommand(file, byDev);
      expect(textOf('dev.yml')).to.equal(readFileSync(`${fixtures}/dev.yml`, 'utf8'));
    });

    it('takes the variable as a command line', async () => {
      editor('echo "$1 $2" > "$3"');
      process.env['VISUAL'] += ' --wait "two words"';
      const file = fixture('dev.yml');
      await editCommand(file, byDev);
      await decryptCommand([file], byDev);
      expect(textOf('dev.yml')).to.equal('--wait two words\n');
    });

    it('changes nothing and leaves nothing behind where the editor fails', async () => {
      const file = fixture('dev.yml');
      editor(`echo "$1" > ${at('path')}; echo x > "$1"; exit 3`);
      expect(await refusalOf(editCommand(file, byDev))).to.match(
        /^the editor .* failed \(exit code 3\): nothing was changed$/,
      );
      expect(textOf('dev.yml')).to.equal(readFileSync(`${fixtures}/dev.yml`, 'utf8'));
      expect(statSync(textOf('path').trim(), { throwIfNoEntry: false })).to.equal(undefined);
    });
  });

  describe('passwords', () => {
    const program = (name: string, script: string): string => put(name, `#!/bin/sh\n${script}\n`, 0o755);
    const cases: [title: string, options: () => VaultOptions, passwords: [id: string, password: string][]][] = [
      [
        'a file, without the space around',
        () => ({ vaultPasswordFile: [put('pw', ' word \n\n')] }),
        [['default', 'word']],
      ],
      ['a file for an id', () => ({ vaultId: [`dev@${put('pw', 'word')}`] }), [['dev', 'word']]],
      ['a file that holds an @', () => ({ vaultId: [`dev@${put('p@w', 'word')}`] }), [['dev', 'word']]],
      ['a file without an id', () => ({ vaultId: [put('pw', 'word')] }), [['default', 'word']]],
      [
        'a plain file that may be executed, as all may on some file systems',
        () => ({ vaultPasswordFile: [put('pw', 'word', 0o755)] }),
        [['default', 'word']],
      ],
      ['a program', () => ({ vaultPasswordFile: [program('pw.sh', 'echo " word"')] }), [['default', ' word']]],
      ['a program for an id', () => ({ vaultId: [`dev@${program('pw.sh', 'echo "$@."')}`] }), [['dev', '.']]],
      [
        'a client, which is told the id',
        () => ({ vaultId: [`dev@${program('keys-client.sh', 'echo "$@"')}`] }),
        [['dev', '--vault-id dev']],
      ],
      [
        'several, ids first',
        () => ({ vaultPasswordFile: [put('a', 'one')], vaultId: [`x@${put('b', 'two')}`, `x@${put('c', 'three')}`] }),
        [
          ['x', 'two'],
          ['x', 'three'],
          ['default', 'one'],
        ],
      ],
      [
        'a file that is encrypted for one before it',
        () => ({ ...byDev, vaultPasswordFile: [fixture('dev.yml')] }),
        [
          ['dev', 'dev password'],
          ['default', plain.trimEnd()],
        ],
      ],
    ];
    for (const [title, options, passwords] of cases)
      it(`come from ${title}`, async () => {
        const found = await passwordsFrom(options());
        expect(found.map(({ id, password }) => [id, password.toString()])).to.deep.equal(passwords);
      });

    const refused: [title: string, options: () => VaultOptions, message: string | RegExp][] = [
      [
        'is not there',
        () => ({ vaultPasswordFile: [at('none')] }),
        'the vault password file none cannot be read: there is no such file or folder',
      ],
      ['is a folder', () => ({ vaultPasswordFile: [folder] }), /(is|cannot be read: it is) a folder(, not a file)?$/],
      ['is empty', () => ({ vaultPasswordFile: [put('pw', ' \n')] }), 'the vault password that pw gives is empty'],
      [
        'is a program that fails',
        () => ({ vaultPasswordFile: [program('pw.sh', 'exit 3')] }),
        'the vault password program pw.sh failed (exit code 3)',
      ],
      [
        'is a client that does not know the id',
        () => ({ vaultId: [`x@${program('a-client', 'exit 2')}`] }),
        "a-client knows no password for the vault id 'x'",
      ],
      [
        'is a program that cannot be run',
        () => ({ vaultPasswordFile: [put('pw', '#!/no/such\n', 0o755)] }),
        /^the vault password program pw cannot be run: .*ENOENT/,
      ],
      [
        'is encrypted for an unknown one',
        () => ({ vaultPasswordFile: [fixture('dev.yml')] }),
        /^the vault password file dev.yml is encrypted and no vault password was given/,
      ],
      ['has an id that cannot be', () => ({ vaultId: ['a;b@x'] }), "--vault-id a;b@x: a vault id cannot hold ';'"],
      ['has an id and nothing else', () => ({ vaultId: ['a@'] }), /^--vault-id a@: '@' must be followed by a file/],
      ['is to be typed without a terminal', () => ({ vaultId: ['a@prompt'] }), /^cannot ask for .* not a terminal$/],
    ];
    for (const [title, options, message] of refused)
      it(`are refused where one ${title}`, async () => {
        const seen = await refusalOf(passwordsFrom(options()));
        if (typeof message === 'string') expect(seen).to.equal(message);
        else expect(seen).to.match(message);
      });

    it('for encrypting are one, or chosen', async () => {
      const both = { ...byDefault, ...byDev };
      const file = put('a', plain);
      expect(await refusalOf(encryptCommand([file], both))).to.equal(
        'there are passwords for several vault ids (dev, default): choose one with --encrypt-vault-id',
      );
      expect(await refusalOf(encryptCommand([file], { ...both, encryptVaultId: 'x' }))).to.equal(
        '--encrypt-vault-id x: there is no password for it, only for dev, default',
      );
      await encryptCommand([file], { ...both, encryptVaultId: 'dev' });
      expect(textOf('a')).to.match(/AES256;dev\n/);
    });
  });

  describe('the command', function () {
    this.timeout(30_000);
    const password = ['--vault-password-file', `${fixtures}/default.password`];

    it('encrypts standard input to standard output, and back', async () => {
      const encrypted = await tsplay(['vault', 'encrypt', ...password], { input: plain });
      expect(encrypted.stdout).to.match(/^\$ANSIBLE_VAULT;1\.1;AES256\n/);
      const decrypted = await tsplay(['vault', 'decrypt', ...password], { input: encrypted.stdout });
      expect(decrypted).to.deep.equal({ code: 0, stdout: plain, stderr: '' });
    });

    it('shows files, or says why not', async () => {
      const shown = await tsplay(['vault', 'view', `${fixtures}/default.yml`, ...password]);
      expect(shown).to.deep.equal({ code: 0, stdout: plain, stderr: '' });
      const refused = await tsplay(['vault', 'view', `${fixtures}/dev.yml`, ...password]);
      expect(refused.code).to.equal(1);
      expect(refused.stdout).to.equal('');
      expect(refused.stderr).to.match(
        /^error: .*dev\.yml cannot be decrypted: the password of vault id 'default' is wrong/,
      );
    });

    it('prints YAML to paste', async () => {
      const { stdout } = await tsplay(['vault', 'encrypt_string', ...password, '--name', 'token', 'a text']);
      expect(stdout).to.match(/^token: !vault \|\n {10}\$ANSIBLE_VAULT;1\.1;AES256\n( {10}[0-9a-f]{1,80}\n)+$/);
      const { token } = parse(stdout, { logLevel: 'silent' }) as { token: string };
      const back = await tsplay(['vault', 'decrypt', ...password], { input: token });
      expect(back.stdout).to.equal('a text');
    });

    it('says that a line break is encrypted too', async () => {
      const { stdout, stderr } = await tsplay(['vault', 'encrypt-string', ...password], { input: 'a text\n' });
      expect(stdout).to.match(/^!vault \|\n/);
      expect(stderr).to.match(/^warning: the text ends with a line break/);
    });

    it('leaves nothing behind when it is ended while the editor is open', async () => {
      const editor = put('editor', `#!/bin/sh\necho "at $1 $$"\nexec sleep 60\n`, 0o755);
      const { child, said, ended } = start(['vault', 'edit', fixture('default.yml'), ...password], {
        env: { VISUAL: editor },
      });
      let printed = '';
      child.stdout!.on('data', (text: string) => (printed += text));
      await said('at ');
      const [, path, pid] = /^at (.*) (\d+)$/m.exec(printed)!;
      child.kill('SIGTERM');
      process.kill(Number(pid));
      expect((await ended).code).to.be.oneOf([143, 1]);
      expect(statSync(path!, { throwIfNoEntry: false })).to.equal(undefined);
      expect(textOf('default.yml')).to.equal(readFileSync(`${fixtures}/default.yml`, 'utf8'));
    });
  });

  const found = hasAnsibleVault();
  describe(`ansible-vault${found ? '' : ' (skipped: ansible-core is not installed)'}`, function () {
    this.timeout(30_000);
    if (!found) return;
    const ansible = (...args: string[]): string =>
      execFileSync('ansible-vault', args, { encoding: 'utf8', stdio: 'pipe', env: { ...process.env, HOME: folder } });
    const passwords = ['--vault-id', `dev@${fixtures}/dev.password`];

    it('reads what tsplay wrote', async () => {
      const file = put('a.yml', plain);
      await encryptCommand([file], byDev);
      expect(ansible('view', ...passwords, file)).to.equal(plain);
    });

    it('is read by tsplay', async () => {
      const file = put('a.yml', plain);
      ansible('encrypt', ...passwords, file);
      await decryptCommand([file], byDev);
      expect(textOf('a.yml')).to.equal(plain);
    });

    it('prints values in the same form', async () => {
      await encryptStringCommand('a text', { ...byDev, name: 'x', output: at('ours') });
      const theirs = ansible('encrypt_string', ...passwords, '--name', 'x', 'a text');
      const form = (text: string): string => text.trimEnd().replace(/[0-9a-f]{4,}/g, '…');
      expect(form(textOf('ours'))).to.equal(form(theirs));
    });
  });
});

function hasAnsibleVault(): boolean {
  try {
    execFileSync('ansible-vault', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
