import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { vaultFrom } from '../../engine/cli/vault-passwords.ts';
import { cacheFolder, stateFolder } from '../../engine/source/folders.ts';
import { KeyCache } from '../../engine/transport/ssh/auth.ts';
import { encrypt } from '../../engine/vault/cipher.ts';
import { writeEnvelope } from '../../engine/vault/format.ts';
import { program, root } from './command.ts';

describe('private files', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-private-test-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are no vault passwords where everybody can write them', async () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'x-password');
    chmodSync(file, 0o600);
    expect((await vaultFrom({ vaultPasswordFile: [file] })).passwords).to.have.lengthOf(1);
    chmodSync(file, 0o666);
    const refused = (await vaultFrom({ vaultPasswordFile: [file] }).catch((error: unknown) => error)) as Error;
    expect(refused.message).to.match(/can be written by everybody \(mode 0666\).*chmod 600/);
  });

  it('are no keys to log in with where others can read them', async () => {
    const file = join(folder, 'key');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(file, privateKey.export({ type: 'pkcs1', format: 'pem' }));
    chmodSync(file, 0o600);
    expect(await new KeyCache().read(file, undefined)).not.to.be.a('string');
    for (const mode of [0o644, 0o640, 0o604]) {
      chmodSync(file, mode);
      expect(await new KeyCache().read(file, undefined)).to.match(/others can read it \(mode 06\d\d\); chmod 600 /);
    }
  });

  it('are never kept in the current folder for want of a home', () => {
    const { HOME, XDG_CACHE_HOME, XDG_STATE_HOME } = process.env;
    try {
      delete process.env['XDG_CACHE_HOME'];
      for (const home of ['', 'relative']) {
        process.env['HOME'] = home;
        process.env['XDG_STATE_HOME'] = home;
        const own = userInfo().homedir;
        expect(cacheFolder('code')).to.equal(join(own, '.cache/tsplay/code'));
        expect(stateFolder('journal')).to.equal(join(own, '.local/state/tsplay/journal'));
      }
    } finally {
      for (const [name, value] of Object.entries({ HOME, XDG_CACHE_HOME, XDG_STATE_HOME }))
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
    expect(homedir()).to.equal(HOME ?? userInfo().homedir);
  });

  it('are gone when vault edit is killed', async () => {
    const file = join(folder, 'secret.yml');
    writeFileSync(file, writeEnvelope(await encrypt(Buffer.from('x: plain'), Buffer.from('password'))));
    writeFileSync(join(folder, 'edit-password'), 'password', { mode: 0o600 });
    const seen = join(folder, 'seen');
    writeFileSync(
      join(folder, 'editor'),
      `#!/bin/sh\necho "$1" >${seen}.new; mv ${seen}.new ${seen}; exec sleep 20\n`,
      { mode: 0o755 },
    );
    const child = spawn(
      process.execPath,
      [...program, 'vault', 'edit', file, '--vault-password-file', join(folder, 'edit-password')],
      { cwd: root, env: { ...process.env, VISUAL: join(folder, 'editor') }, stdio: 'ignore' },
    );
    const until = async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await until(() => existsSync(seen));
    const plain = readFileSync(seen, 'utf8').trim();
    expect(existsSync(plain)).to.equal(true);
    child.kill('SIGKILL');
    await until(() => !existsSync(dirname(plain)));
  }).timeout(30_000);
});
