import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { FileTemplate } from '../expressions/handlebars/text.ts';
import { TaskFailure } from '../module/failure.ts';
import { shownPath } from '../source/place.ts';
import { readOnce, readRegular } from '../source/read-once.ts';
import { isVaulted, VaultError } from '../vault/format.ts';
import type { Secrets } from '../vault/redaction.ts';
import { type OpenedFile, openFile } from '../vault/values.ts';
import type { Vault } from '../vault/vault.ts';
import type { Loader } from './context.ts';

/** Reads a file at load time. Undefined: it cannot be decrypted (yet). */
export function openTaskFile(path: string, { vault, diagnostics }: Loader): OpenedFile | undefined {
  return openFile(shownPath(path), readRegular(path), vault, diagnostics);
}

/** Checks, before the run, that an encrypted file can be decrypted. Of other files only the first bytes are read. */
export function checkTaskFile(path: string, loader: Loader): void {
  if (isVaulted(beginningOf(path))) openTaskFile(path, loader);
}

function beginningOf(path: string): Buffer {
  try {
    return readRegular(path, 32);
  } catch {
    return Buffer.alloc(0); // the task that uses it will report why it cannot be read
  }
}

/** Larger files are not cached, and are read asynchronously. */
const small = 1024 * 1024;

/** Reads a file during the run; decrypted content is marked secret. */
export async function readTaskFile(path: string, vault: Vault, { decrypt = true } = {}): Promise<OpenedFile> {
  // Small files are read synchronously, so that the probes that need them join the current batch.
  const content = statSync(path).size > small ? await readFile(path) : readOnce(path);
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
