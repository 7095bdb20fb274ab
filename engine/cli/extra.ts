import { Diagnostics, InvalidInput } from '../source/diagnostic.ts';
import { toValue } from '../source/node.ts';
import { shownPath } from '../source/place.ts';
import { readGiven } from '../source/read-once.ts';
import { problemOf } from '../source/system-error.ts';
import { parseYaml } from '../source/yaml.ts';
import { markSecrets, openFileNow, openValues } from '../vault/values.ts';
import type { Vault } from '../vault/vault.ts';
import { UsageError } from './problem.ts';

/**
 * `-e`: `@file` (YAML or JSON, may be encrypted), a map in JSON or YAML, or words of the form key=value, whose values are
 * text as in Ansible. The later wins.
 */
export async function extraVars(sources: readonly string[], vault: Vault): Promise<Map<string, unknown>> {
  const extra = new Map<string, unknown>();
  for (const source of sources) {
    const found = /^@|^\s*[{[]/.test(source) ? await readMap(source, vault) : readWords(source);
    for (const [name, value] of Object.entries(found)) extra.set(name, value);
  }
  return extra;
}

async function readMap(source: string, vault: Vault): Promise<object> {
  const diagnostics = new Diagnostics();
  const isFile = source.startsWith('@');
  const name = isFile ? shownPath(source.slice(1)) : '-e';
  const opened = await openFileNow(
    name,
    isFile ? await readFile(source.slice(1)) : Buffer.from(source),
    vault,
    diagnostics,
  );
  const parsed = opened && parseYaml(name, opened.content.toString('utf8'), diagnostics);
  let node = parsed && openValues(parsed, vault, diagnostics);
  if (parsed && (await vault.work())) node = openValues(parsed, vault, diagnostics);
  if (diagnostics.hasErrors) throw new InvalidInput(diagnostics.all);
  if (node?.kind !== 'map') throw new UsageError(`-e ${source}: variables are a map of names to values`);
  if (opened!.encrypted) markSecrets(node, vault.secrets);
  return toValue(node) as object;
}

function readWords(source: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const word of source.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(
        `-e ${source}: '${word}' is not of the form name=value; a map in YAML or JSON begins with '{', a file with '@'`,
      );
    found[name] = value.replace(
      /"([^"]*)"|'([^']*)'/g,
      (_, a: string | undefined, b: string | undefined) => a ?? b ?? '',
    );
  }
  return found;
}

async function readFile(path: string): Promise<Buffer> {
  try {
    return await readGiven(path);
  } catch (error) {
    throw new UsageError(`-e @${path} cannot be read: ${problemOf(error)}`);
  }
}
