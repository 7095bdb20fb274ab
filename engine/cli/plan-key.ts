import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PlanRefused } from '../plans/format.ts';
import { Keyed, type KeyHint } from '../plans/key.ts';
import type { Vault } from '../vault/vault.ts';
import { stateFolder } from './state.ts';

/** The key of a new plan: from the vault's passwords where there are any, else one that this machine keeps for itself. */
export function newKey({ passwords }: Vault): Keyed {
  if (passwords.length > 0) return new Keyed('vault', secretsOf(passwords));
  return new Keyed('machine', [machineKey()]);
}

/** The key of a plan that is there. Throws PlanRefused where it is another. */
export function keyOf({ from, salt, proof }: KeyHint, { passwords }: Vault): Keyed {
  if (from === 'vault' && passwords.length === 0)
    throw new PlanRefused([
      'the plan was made with a vault password: give it again (--vault-id, --vault-password-file, -J)',
    ]);
  if (from === 'machine' && passwords.length > 0)
    throw new PlanRefused(['the plan was made without a vault password: leave it out, or make the plan with it']);
  const keyed = from === 'vault' ? new Keyed(from, secretsOf(passwords), salt) : new Keyed(from, [machineKey()], salt);
  if (keyed.hint.proof === proof) return keyed;
  throw new PlanRefused([
    from === 'vault'
      ? 'the vault passwords are not those that the plan was made with'
      : 'the plan was made by another user or on another machine: only with a vault password can it be applied elsewhere',
  ]);
}

const secretsOf = (passwords: Vault['passwords']): Buffer[] => passwords.map(({ password }) => password);

/** Made when it is first needed; of two that make it at once the first has made it. */
function machineKey(): Buffer {
  const file = join(stateFolder(), 'plan.key');
  const known = read(file);
  if (known) return known;
  mkdirSync(stateFolder(), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${randomBytes(8).toString('hex')}`;
  const descriptor = openSync(fresh, 'wx', 0o600);
  writeSync(descriptor, randomBytes(32).toString('hex'));
  closeSync(descriptor);
  try {
    linkSync(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(fresh);
  }
  return read(file)!;
}

function read(file: string): Buffer | undefined {
  try {
    return Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
