import { encrypt } from '../../vault/cipher.ts';
import { isVaulted, VaultError, writeEnvelope } from '../../vault/format.ts';
import { type Opened, Vault, type VaultPassword } from '../../vault/vault.ts';
import { command, flag, group, option } from '../command.ts';
import { newVaultOptions, vaultOptions } from '../options.ts';
import { UsageError } from '../problem.ts';
import { askPassword } from '../terminal/ask.ts';
import { editText, onlyOne, readAll, readInput, replaceFile, shownName, toStdout, writeAll } from '../vault-files.ts';
import { passwordsFrom, type VaultOptions } from '../vault-passwords.ts';

interface OutputOptions extends VaultOptions {
  readonly output?: string;
}

interface EncryptOptions extends OutputOptions {
  readonly encryptVaultId?: string;
}

interface StringOptions extends EncryptOptions {
  readonly name?: string;
  readonly prompt?: boolean;
}

interface RekeyOptions extends VaultOptions {
  readonly newVaultId?: string;
  readonly newVaultPasswordFile?: string;
}

const output = option('--output <file>', 'write there; - is standard output', { completion: 'file' });
const encryptVaultId = option('--encrypt-vault-id <id>', 'which of several vault ids to encrypt with');

export const row = group('vault', 'encrypt files and values; the same format as ansible-vault', [
  command({
    name: 'encrypt',
    about: 'encrypt files in their place, or standard input',
    arguments: [['[file...]']],
    options: { ...vaultOptions, output, encryptVaultId },
    action: encryptCommand,
  }),
  command({
    name: 'decrypt',
    about: 'decrypt files in their place, or standard input',
    arguments: [['[file...]']],
    options: { ...vaultOptions, output },
    action: decryptCommand,
  }),
  command({
    name: 'view',
    about: 'print what encrypted files hold',
    arguments: [['<file...>']],
    options: vaultOptions,
    action: viewCommand,
  }),
  command({
    name: 'edit',
    about: 'change an encrypted file in $VISUAL or $EDITOR',
    arguments: [['<file>']],
    options: vaultOptions,
    action: editCommand,
  }),
  command({
    name: 'rekey',
    about: 'encrypt files again with a different password',
    arguments: [['<file...>']],
    options: { ...vaultOptions, ...newVaultOptions },
    action: rekeyCommand,
  }),
  command({
    name: 'encrypt-string',
    alias: 'encrypt_string',
    about: 'print an encrypted value to paste into YAML; the text may come on standard input',
    arguments: [['[text]']],
    options: {
      ...vaultOptions,
      name: option('-n, --name <name>', 'the variable that it is for'),
      prompt: flag('-p, --prompt', 'ask for the text; it is not shown'),
      output,
      encryptVaultId,
    },
    action: encryptStringCommand,
  }),
]);

/** `tsplay vault encrypt`: files in their place, or standard input to standard output. */
export async function encryptCommand(files: readonly string[], options: EncryptOptions): Promise<void> {
  onlyOne(files, options.output);
  const by = await encrypting(options);
  const read = await readAll(files);
  for (const [name, content] of read)
    if (isVaulted(content))
      throw new UsageError(`${shownName(name)} is encrypted already; 'tsplay vault rekey' changes its password`);
  await writeAll(
    await Promise.all(read.map(async ([name, content]) => [name, await sealed(content, by)])),
    options.output,
  );
}

/** `tsplay vault decrypt`: the reverse. */
export async function decryptCommand(files: readonly string[], options: OutputOptions): Promise<void> {
  onlyOne(files, options.output);
  const opened = await openAll(files, options);
  await writeAll(
    opened.map(([name, { plain }]) => [name, plain]),
    options.output,
  );
}

/** `tsplay vault view`: what encrypted files hold, on standard output. */
export async function viewCommand(files: readonly string[], options: VaultOptions): Promise<void> {
  for (const [, { plain }] of await openAll(files, options)) await toStdout(plain);
}

/** `tsplay vault edit`: the file stays encrypted with the password and the id that it had. */
export async function editCommand(file: string, options: VaultOptions): Promise<void> {
  const [[, { plain, by }]] = (await openAll([file], options)) as [[string, Opened]];
  const changed = await editText(file, plain);
  if (!changed.equals(plain)) replaceFile(file, await sealed(changed, by));
}

/** `tsplay vault rekey`: nothing is written unless all the files can be decrypted. */
export async function rekeyCommand(files: readonly string[], options: RekeyOptions): Promise<void> {
  const { newVaultId, newVaultPasswordFile } = options;
  if (newVaultId !== undefined && newVaultPasswordFile !== undefined)
    throw new UsageError('--new-vault-id and --new-vault-password-file are two ways to say the same thing: give one');
  const opened = await openAll(files, options);
  const asked = newVaultId === undefined && newVaultPasswordFile === undefined;
  const [by] = await passwordsFrom(
    {
      ...(newVaultId !== undefined && { vaultId: [newVaultId] }),
      ...(newVaultPasswordFile !== undefined && { vaultPasswordFile: [newVaultPasswordFile] }),
      askVaultPass: asked,
    },
    { fresh: true },
  );
  await writeAll(
    await Promise.all(opened.map(async ([name, { plain }]) => [name, await sealed(plain, by!)])),
    undefined,
  );
}

/** `tsplay vault encrypt-string`: YAML to paste into a file. */
export async function encryptStringCommand(text: string | undefined, options: StringOptions): Promise<void> {
  if (options.prompt && text !== undefined)
    throw new UsageError('--prompt asks for the text: leave it out of the command');
  const by = await encrypting(options);
  const plain = await secretText(text, options);
  if (plain.length === 0) throw new UsageError('there is nothing to encrypt');
  const lines = (await sealed(plain, by)).trimEnd().split('\n');
  const head = `${options.name === undefined ? '' : `${options.name}: `}!vault |`;
  await writeAll([['-', `${[head, ...lines.map((line) => `          ${line}`)].join('\n')}\n`]], options.output);
}

async function secretText(text: string | undefined, options: StringOptions): Promise<Buffer> {
  if (options.prompt) return Buffer.from(await askPassword('Text to encrypt (hidden): '));
  if (text !== undefined && text !== '-') return Buffer.from(text);
  const read = await readInput('-');
  if (read.at(-1) === 10)
    process.stderr.write(
      "warning: the text ends with a line break, which is encrypted with it; printf '%s' leaves none\n",
    );
  return read;
}

/** The password to encrypt with: the only one, or the one of --encrypt-vault-id. */
async function encrypting(options: EncryptOptions): Promise<VaultPassword> {
  const given = await passwordsFrom(options, { fresh: true });
  const passwords = given.length > 0 ? given : await passwordsFrom({ askVaultPass: true }, { fresh: true });
  const ids = passwords.map(({ id }) => id).join(', ');
  const wanted = options.encryptVaultId;
  if (wanted === undefined && passwords.length > 1)
    throw new UsageError(`there are passwords for several vault ids (${ids}): choose one with --encrypt-vault-id`);
  const by = passwords.find(({ id }) => wanted === undefined || id === wanted);
  if (!by) throw new UsageError(`--encrypt-vault-id ${wanted}: there is no password for it, only for ${ids}`);
  return by;
}

async function sealed(plain: Buffer, { id, password }: VaultPassword): Promise<string> {
  return writeEnvelope(await encrypt(plain, password, { id }));
}

/** All of them or none: if files cannot be decrypted, one error names each of them. */
async function openAll(files: readonly string[], options: VaultOptions): Promise<readonly [name: string, Opened][]> {
  const read = await readAll(files);
  const plain = read.filter(([, content]) => !isVaulted(content));
  if (plain.length > 0) throw new UsageError(plain.map(([name, content]) => notEncrypted(name, content)).join('\n'));
  const given = await passwordsFrom(options);
  const vault = new Vault(given.length > 0 ? given : await passwordsFrom({ askVaultPass: true }));
  const problems: string[] = [];
  const opened: [string, Opened][] = [];
  await Promise.all(
    read.map(async ([name, content], i) => {
      try {
        opened[i] = [name, await vault.decrypt(content.toString('latin1').trim())];
      } catch (error) {
        if (!(error instanceof VaultError)) throw error;
        problems.push(`${shownName(name)} ${error.message}\n  ${error.hint}`);
      }
    }),
  );
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return opened;
}

function notEncrypted(name: string, content: Buffer): string {
  const inline = content.includes('!vault') ? ': only values in it are (!vault)' : '';
  return `${shownName(name)} is not encrypted${inline}`;
}
