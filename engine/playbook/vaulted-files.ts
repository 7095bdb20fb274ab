import { statSync } from 'node:fs';
import type { FileTemplate } from '../expressions/handlebars/text.ts';
import { TaskFailure } from '../module/failure.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { type Place, shownPath } from '../source/place.ts';
import { expectRegular, readLarge, readOnce, readRegular } from '../source/read-once.ts';
import { problemOf } from '../source/system-error.ts';
import { isVaulted, VaultError } from '../vault/format.ts';
import type { Secrets } from '../vault/redaction.ts';
import { type OpenedFile, openFile } from '../vault/values.ts';
import type { Vault } from '../vault/vault.ts';
import type { Loader } from './context.ts';

/** Reads a file at load time. Undefined: it cannot be read, or not decrypted (yet). `at`: where it is named. */
export function openTaskFile(path: string, { vault, diagnostics }: Loader, at: Place): OpenedFile | undefined {
  const content = readable(path, diagnostics, at, () => readRegular(path));
  return content && openFile(shownPath(path), content, vault, diagnostics);
}

/** Checks, before the run, that a file can be read and, if it is encrypted, decrypted. Of other files only the first bytes are read. */
export function checkTaskFile(path: string, loader: Loader, at: Place, { decrypt }: { decrypt: boolean }): void {
  const beginning = readable(path, loader.diagnostics, at, () => {
    expectRegular(path, statSync(path));
    return readRegular(path, 32);
  });
  if (beginning && decrypt && isVaulted(beginning)) openTaskFile(path, loader, at);
}

function readable(path: string, diagnostics: Diagnostics, at: Place, read: () => Buffer): Buffer | undefined {
  try {
    return read();
  } catch (error) {
    diagnostics.error('unreadable-file', at, `${shownPath(path)} cannot be read: ${problemOf(error)}`);
    return undefined;
  }
}

/** Larger files are not cached, and are read asynchronously. */
const small = 1024 * 1024;

/** Reads a file during the run; decrypted content is marked secret. */
export async function readTaskFile(path: string, vault: Vault, { decrypt = true } = {}): Promise<OpenedFile> {
  // Small files are read synchronously, so that the probes that need them join the current batch.
  const content = statSync(path).size > small ? await readLarge(path) : readOnce(path);
  vault.inputs?.note(path, content);
  if (!decrypt || !isVaulted(content)) return { content, encrypted: false };
  try {
    const { plain } = await vault.decrypt(content.toString('latin1').trim());
    vault.secrets.add(plain.toString('utf8'));
    return { content: plain, encrypted: true };
  } catch (error) {
    if (error instanceof VaultError) throw new TaskFailure(`${shownPath(path)} ${error.message}`, { hint: error.hint });
    throw error;
  }
}

/** A template from an encrypted file: everything that it renders is marked secret. */
export function withSecretOutput(file: FileTemplate, secrets: Secrets): FileTemplate {
  return {
    ...file,
    render: (scope) => {
      const content = file.render(scope);
      secrets.add(content);
      return content;
    },
  };
}
