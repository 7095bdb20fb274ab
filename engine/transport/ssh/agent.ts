import ssh2, { type IdentityCallback, type ParsedKey } from 'ssh2';
import type { Target } from '../types.ts';
import { isAccepted, tooShort } from './public-key.ts';

/** The socket of the agent to use, if any. */
export function agentSocket({ identityAgent }: Target): string | undefined {
  if (identityAgent === 'none') return undefined;
  if (identityAgent === undefined || identityAgent === 'SSH_AUTH_SOCK') return process.env['SSH_AUTH_SOCK'];
  return identityAgent.startsWith('$') ? process.env[identityAgent.slice(1)] : identityAgent;
}

/**
 * An agent that offers the keys of named files before its others and, with IdentitiesOnly, only these: a server ends
 * the login after a few keys that it does not know.
 */
export class ChosenAgent extends ssh2.OpenSSHAgent {
  readonly #named: readonly Buffer[];
  readonly #target: Target;
  /** How many keys it has offered. */
  offered = 0;

  constructor(socket: string, named: readonly Buffer[], target: Target) {
    super(socket);
    this.#named = named;
    this.#target = target;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    super.getIdentities((error, keys) => {
      if (error || !keys) return callback(error, keys);
      const usable = (keys as ParsedKey[]).filter((key) => this.#mayUse(key));
      const named = usable.filter((key) => this.#isNamed(key));
      const chosen = this.#target.identitiesOnly ? named : [...named, ...usable.filter((key) => !named.includes(key))];
      this.offered = chosen.length;
      return callback(undefined, chosen);
    });
  }

  #mayUse(key: ParsedKey): boolean {
    const isTaken = isAccepted(key.type, this.#target.pubkeyAcceptedAlgorithms);
    return isTaken && tooShort(key.getPublicSSH(), this.#target) === undefined;
  }

  #isNamed(key: ParsedKey): boolean {
    return this.#named.some((one) => one.equals(key.getPublicSSH()));
  }
}
