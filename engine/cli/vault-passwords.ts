import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { readGiven } from '../source/read-once.ts';
import { problemOf } from '../source/system-error.ts';
import { isVaulted, VaultError } from '../vault/format.ts';
import { Vault, type VaultPassword } from '../vault/vault.ts';
import { neverShow, UsageError } from './problem.ts';
import { askPassword } from './terminal/ask.ts';

/** The options about vault passwords, as commander hands them over. */
export interface VaultOptions {
  readonly vaultId?: readonly string[];
  readonly vaultPasswordFile?: readonly string[];
  readonly askVaultPass?: boolean;
}

interface Source {
  /** The vault id, if one was given. */
  readonly label?: string;
  /** A file, a program, or the word `prompt`. */
  readonly from: string;
}

/** A vault with all the passwords from the command line, which are masked in every output. */
export async function vaultFrom(options: VaultOptions): Promise<Vault> {
  const vault = new Vault(await passwordsFrom(options));
  for (const { password } of vault.passwords) vault.secrets.add(password.toString('utf8'));
  neverShow(vault.secrets);
  return vault;
}

/** `fresh`: new passwords, so a typed one must be confirmed. */
export async function passwordsFrom(options: VaultOptions, { fresh = false } = {}): Promise<readonly VaultPassword[]> {
  const passwords: VaultPassword[] = [];
  for (const source of sourcesOf(options)) {
    const id = source.label ?? 'default';
    const password = source.from === 'prompt' ? await asked(source, fresh) : await read(source, passwords);
    passwords.push({ id, password });
  }
  return passwords;
}

function sourcesOf({ vaultId = [], vaultPasswordFile = [], askVaultPass = false }: VaultOptions): readonly Source[] {
  return [
    ...vaultId.map(sourceOf),
    ...vaultPasswordFile.map((from) => ({ from })),
    ...(askVaultPass ? [{ from: 'prompt' }] : []),
  ];
}

/** `label@source`; without a label, the id is the default one. */
function sourceOf(text: string): Source {
  const at = text.indexOf('@');
  const label = text.slice(0, Math.max(at, 0));
  const from = text.slice(at + 1);
  if (label.includes(';')) throw new UsageError(`--vault-id ${text}: a vault id cannot hold ';'`);
  if (from === '') throw new UsageError(`--vault-id ${text}: '@' must be followed by a file, a program or 'prompt'`);
  return { ...(label !== '' && { label }), from };
}

async function asked({ label }: Source, fresh: boolean): Promise<Buffer> {
  const words = `${fresh ? 'New vault' : 'Vault'} password${label === undefined ? '' : ` (${label})`}: `;
  const password = (await askPassword(words)).trim();
  if (password === '') throw new UsageError('the vault password is empty');
  if (fresh && (await askPassword(`Confirm ${words.toLowerCase()}`)).trim() !== password)
    throw new UsageError('the two passwords differ');
  return Buffer.from(password);
}

/** From a file, or the output of a program. A password file may be encrypted for one of the ids before it. */
async function read(source: Source, before: readonly VaultPassword[]): Promise<Buffer> {
  const path = resolve(source.from);
  const text = await textOf(path, source);
  expectOwn(path, source);
  const password = isProgram(path, text) ? await output(path, source) : await decrypted(text.trim(), source, before);
  if (password === '') throw new UsageError(`the vault password that ${source.from} gives is empty`);
  return Buffer.from(password, 'latin1');
}

/** Whoever can write it chooses the password, and what runs where it is a program. */
function expectOwn(path: string, { from }: Source): void {
  const file = statSync(path);
  if (file.isFile() && (file.mode & 0o002) !== 0)
    throw new UsageError(
      `the vault password file ${from} can be written by everybody (mode ${(file.mode & 0o7777).toString(8).padStart(4, '0')}): make sure that it is yours, then chmod 600 ${from}`,
    );
}

/** Byte for byte: a password may contain any byte. */
async function textOf(path: string, { from }: Source): Promise<string> {
  try {
    return (await readGiven(path)).toString('latin1');
  } catch (error) {
    throw new UsageError(`the vault password file ${from} cannot be read: ${problemOf(error)}`);
  }
}

/** On some file systems every file is executable, so the first bytes must be a program's too. */
function isProgram(path: string, text: string): boolean {
  return /^(#!|\x7fELF)/.test(text) && (statSync(path).mode & 0o111) !== 0;
}

async function decrypted(text: string, { from }: Source, before: readonly VaultPassword[]): Promise<string> {
  if (!isVaulted(text)) return text;
  try {
    const { plain } = await new Vault(before).decrypt(text);
    return withoutLineEnds(plain.toString('latin1'));
  } catch (error) {
    if (error instanceof VaultError) throw new UsageError(`the vault password file ${from} ${error.message}`);
    throw error;
  }
}

const withoutLineEnds = (text: string): string => text.replace(/^[\r\n]+|[\r\n]+$/g, '');

/** What a program prints. It may ask on the terminal itself. One whose name ends in `-client` gets the wanted id. */
async function output(path: string, { label, from }: Source): Promise<string> {
  const client = basename(path, extname(path)).endsWith('-client');
  const child = spawn(path, client && label !== undefined ? ['--vault-id', label] : [], {
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((done, failed) => {
    child.on('close', done);
    child.on('error', ({ message }) =>
      failed(new UsageError(`the vault password program ${from} cannot be run: ${message}`)),
    );
  });
  if (client && code === 2) throw new UsageError(`${from} knows no password for the vault id '${label ?? 'default'}'`);
  if (code !== 0) throw new UsageError(`the vault password program ${from} failed (exit code ${code ?? 'none'})`);
  return withoutLineEnds(Buffer.concat(chunks).toString('latin1'));
}
