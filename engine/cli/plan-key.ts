import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { PlanRefused } from '../plans/format.ts';
import { Keyed, type KeyHint } from '../plans/key.ts';
import { stateFolder } from '../source/folders.ts';
import { readRegular } from '../source/read-once.ts';
import type { Vault } from '../vault/vault.ts';
import { writeWhole } from './write-whole.ts';

/** The key of a new plan: derived from the vault passwords or, without any, this machine's own. */
export function newKey({ passwords }: Vault): Keyed {
  if (passwords.length > 0) return new Keyed('vault', secretsOf(passwords));
  return new Keyed('machine', [machineKey()]);
}

/** The key of an existing plan. Throws PlanRefused if the plan was made with a different one. */
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

/** Made when it is first needed; if two runs make it at once, both use the first one's. */
function machineKey(): Buffer {
  const file = stateFolder('plan.key');
  const known = read(file);
  if (known) return known;
  mkdirSync(stateFolder(), { recursive: true, mode: 0o700 });
  writeWhole(file, randomBytes(32).toString('hex'), { keep: true });
  return read(file)!;
}

function read(file: string): Buffer | undefined {
  try {
    return Buffer.from(readRegular(file).toString('utf8').trim(), 'hex');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
