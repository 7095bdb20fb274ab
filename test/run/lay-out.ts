import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a small run is made from. `DIR` in texts stands for the folder that holds it all. */
export interface Files {
  readonly playbook: string;
  /** Hosts a, b and c in one group `all`, on this machine, unless told otherwise. */
  readonly inventory?: string;
  /** Further files beside the playbook; one that begins with `#!` can be executed. */
  readonly files?: Readonly<Record<string, string>>;
  /** Vault passwords by their ids; each also in a file `vault-ID.password`. */
  readonly vault?: Readonly<Record<string, string>>;
}

const local = 'all:\n  vars: { ansible_connection: local }\n  hosts: { a: {}, b: {}, c: {} }\n';

/** Writes the files of a case into a new folder. */
export function layOut(given: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-test-'));
  const passwords = Object.entries(given.vault ?? {}).map(([id, password]) => [`vault-${id}.password`, password]);
  const files = {
    'site.yml': given.playbook,
    'hosts.yml': given.inventory ?? local,
    ...(Object.fromEntries(passwords) as Record<string, string>),
    ...given.files,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    const mode = text.startsWith('#!') ? 0o755 : text.includes('PRIVATE KEY') ? 0o600 : 0o644;
    writeFileSync(join(folder, name), text.replaceAll('DIR', folder), { mode });
  }
  return folder;
}
