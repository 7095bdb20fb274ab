import type { Diagnostics } from '../source/diagnostic.ts';
import type { ScalarNode, SourceNode } from '../source/node.ts';
import { isVaulted } from './format.ts';
import type { Secrets } from './redaction.ts';
import type { Vault } from './vault.ts';

/**
 * The same tree with every `!vault` value decrypted. As in Ansible, such a value is literal text, not a template.
 * What cannot be decrypted is reported and becomes empty text.
 */
export function openValues(node: SourceNode, vault: Vault, diagnostics: Diagnostics): SourceNode {
  if (node.kind === 'scalar') return node.tag === '!vault' ? openValue(node, vault, diagnostics) : node;
  if (node.kind === 'list') {
    const items = node.items.map((item) => openValues(item, vault, diagnostics));
    return items.every((item, i) => item === node.items[i]) ? node : { ...node, items };
  }
  const entries = node.entries.map((entry) => {
    const value = openValues(entry.value, vault, diagnostics);
    return value === entry.value ? entry : { ...entry, value };
  });
  return entries.every((entry, i) => entry === node.entries[i]) ? node : { ...node, entries };
}

function openValue({ place, value }: ScalarNode, vault: Vault, diagnostics: Diagnostics): ScalarNode {
  const text = vault.open(String(value).trim(), place, 'this value', diagnostics)?.toString('utf8') ?? '';
  vault.secrets.add(text);
  return { kind: 'scalar', place, value: text, source: text, plain: false, tag: '!unsafe', sealed: String(value) };
}

/** Marks every value below a node as secret, except true, false and null: masking these would protect nothing. */
export function markSecrets(node: SourceNode, secrets: Secrets): void {
  if (node.kind === 'list') for (const item of node.items) markSecrets(item, secrets);
  else if (node.kind === 'map') for (const { value } of node.entries) markSecrets(value, secrets);
  else if (node.value !== null && typeof node.value !== 'boolean')
    secrets.add(typeof node.value === 'string' ? node.value : node.source);
}

/** The content of a file that may be encrypted as a whole. */
export interface OpenedFile {
  readonly content: Buffer;
  readonly encrypted: boolean;
}

/** Undefined: not known before the vault's next `work`, or it cannot be decrypted, which is reported then. */
export function openFile(
  file: string,
  content: Buffer,
  vault: Vault,
  diagnostics: Diagnostics,
): OpenedFile | undefined {
  vault.inputs?.note(file, content);
  if (!isVaulted(content)) return { content, encrypted: false };
  const place = { file, line: 1, column: 1 };
  const plain = vault.open(content.toString('latin1').trim(), place, 'this file', diagnostics);
  return plain && { content: plain, encrypted: true };
}

/** The same for callers that can wait. Undefined: it cannot be decrypted. */
export async function openFileNow(
  file: string,
  content: Buffer,
  vault: Vault,
  diagnostics: Diagnostics,
): Promise<OpenedFile | undefined> {
  const opened = openFile(file, content, vault, diagnostics);
  if (opened || !(await vault.work())) return opened;
  return openFile(file, content, vault, diagnostics);
}
