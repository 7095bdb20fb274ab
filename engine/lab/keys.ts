import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { labPaths } from './paths.ts';
import { run } from './run.ts';
import type { LabOptions } from './types.ts';

/** The key pair that opens every host of the lab. */
export async function ensureSshKey(options: LabOptions): Promise<string> {
  const { key } = labPaths(options);
  if (!existsSync(key)) await makeSshKey(key, 'ed25519', 'tsplay lab');
  return readFile(`${key}.pub`, 'utf8');
}

/** Renamed when complete, so that an interrupted run leaves no partial key. */
export async function makeSshKey(path: string, type: string, comment: string): Promise<void> {
  const partial = `${path}.${randomBytes(4).toString('hex')}`;
  await run(`make the ssh key ${path}`, ['ssh-keygen', '-q', '-t', type, '-N', '', '-C', comment, '-f', partial]);
  await rename(`${partial}.pub`, `${path}.pub`);
  await rename(partial, path);
}

/** The password hash of the user `operator`, for /etc/shadow. The plain password is in a file, for the tests. */
export async function ensurePassword(options: LabOptions): Promise<string> {
  const { password, passwordHash } = labPaths(options);
  if (!existsSync(passwordHash)) {
    const clear = randomBytes(12).toString('base64url');
    const hash = await run('hash a password', ['openssl', 'passwd', '-6', '-stdin'], { input: `${clear}\n` });
    await writeFile(password, `${clear}\n`, { mode: 0o600 });
    await writeFile(passwordHash, hash.stdout.trim(), { mode: 0o600 });
  }
  return readFile(passwordHash, 'utf8');
}

export type SigningKey = 'debian' | 'kubernetes';

const uid = (key: SigningKey): string => `tsplay lab (${key} packages)`;

/** gpg starts an agent for its private home, which must not be left running. */
async function withGnupg<T>(options: LabOptions, work: (gpg: readonly string[]) => Promise<T>): Promise<T> {
  const { gnupg } = labPaths(options);
  await mkdir(gnupg, { recursive: true, mode: 0o700 });
  try {
    return await work(['gpg', '--homedir', gnupg, '--batch', '--quiet', '--yes', '--no-tty', '--passphrase', '']);
  } finally {
    await run("end the lab's gpg agent", ['gpgconf', '--homedir', gnupg, '--kill', 'all']).catch(() => {});
  }
}

/** The ASCII-armored public key that verifies packages. */
export function publicKey(options: LabOptions, key: SigningKey): Promise<string> {
  return withGnupg(options, async (gpg) => {
    await ensureSigningKey(gpg, key);
    return (await run('export a signing key', [...gpg, '--armor', '--export', `=${uid(key)}`])).stdout;
  });
}

/** Makes both signatures that apt accepts: detached and inline. */
export async function sign(options: LabOptions, key: SigningKey, release: string, folder: string): Promise<void> {
  await withGnupg(options, async (gpg) => {
    await ensureSigningKey(gpg, key);
    const as = [...gpg, '--local-user', `=${uid(key)}`, '--armor'];
    await run('sign a repository', [...as, '--detach-sign', '--output', `${folder}/Release.gpg`, release]);
    await run('sign a repository', [...as, '--clear-sign', '--output', `${folder}/InRelease`, release]);
  });
}

async function ensureSigningKey(gpg: readonly string[], key: SigningKey): Promise<void> {
  const known = await run('look for a signing key', [...gpg, '--list-secret-keys', `=${uid(key)}`], { accept: [2] });
  if (known.code !== 0)
    await run('make a signing key', [...gpg, '--quick-generate-key', uid(key), 'ed25519', 'sign', 'never']);
}
