import { compileFile, type FileTemplate } from '../../expressions/handlebars/text.ts';
import type { Scope, Template } from '../../expressions/types.ts';
import { TaskFailure } from '../../module/failure.ts';
import type { LocalFile, RenderedFile } from '../../module/schema.ts';
import { Unknown, UnknownValue } from '../../module/unknown.ts';
import { Diagnostics, formatDiagnostic } from '../../source/diagnostic.ts';
import { shownPath } from '../../source/place.ts';
import { WrittenNumber } from '../../source/written-number.ts';
import type { Secrets } from '../../vault/redaction.ts';
import type { Vault } from '../../vault/vault.ts';
import { findFileBelow, placeBelow } from '../files-for-hosts.ts';
import { findFile } from '../local-files.ts';
import { omit } from '../magic.ts';
import type { Task } from '../types.ts';
import { readTaskFile, withSecretOutput } from '../vaulted-files.ts';
import { NameFromHost } from './computed-name.ts';
import { normaliseMode } from './formats.ts';
import {
  formatOf,
  holdsSpecial,
  isPlain,
  isTextOnly,
  itemSchema,
  propertySchema,
  type Schema,
  typesOf,
} from './schema-walk.ts';
import { validateArguments } from './validate.ts';

/**
 * The arguments of a task for one host (and item), as its module receives them: merged over module_defaults, without
 * `omit`, with defaults, files loaded, templates rendered, validated against the schema. Encrypted files are decrypted
 * unless the task says `decrypt: false`; their content, and every value with the format `secret`, is added to the
 * vault's secrets. Throws TaskFailure, TemplateError or UnknownValue.
 */
export async function prepareArguments(task: Task, scope: Scope, vault: Vault): Promise<unknown> {
  const { module } = task;
  const templates = new Map([...(task.settings.moduleDefaults.get(module.name) ?? []), ...task.args]);
  const args = evaluateAll(templates, scope, module.args);
  const given = { ...args };
  const problems = validateArguments(module, args);
  const messages = problems.length > 0 ? problems.map((p) => p.message) : (module.lint?.(given) ?? []);
  if (messages.length > 0) {
    const hints = problems.flatMap((p) => p.hint ?? []);
    throw new TaskFailure(messages.join('; '), hints.length > 0 ? { hint: hints.join('; ') } : {});
  }
  addSecrets(args, module.args, vault.secrets);
  const files: Files = { searchPath: task.searchPath, scope, vault, decrypt: args['decrypt'] !== false };
  return loadFiles(args, module.args, files);
}

function evaluateAll(templates: ReadonlyMap<string, Template>, scope: Scope, schema: Schema): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  for (const [name, template] of templates) {
    const value = template.evaluate(scope);
    if (value !== omit) args[name] = conform(value, propertySchema(schema, name), name);
  }
  return args;
}

/** A copy with numbers converted to text where the schema requires text, modes normalized, and `omit` removed. Throws on unknown values. */
function conform(value: unknown, schema: Schema, name: string): unknown {
  if (value instanceof Unknown) throw new UnknownValue(value.reason);
  if (Array.isArray(value))
    return value.filter((item) => item !== omit).map((item) => conform(item, itemSchema(schema), name));
  if (isPlain(value) && typesOf(schema).has('object')) {
    const entries = Object.entries(value).filter(([, part]) => part !== omit);
    return Object.fromEntries(
      entries.map(([key, part]) => [key, conform(part, propertySchema(schema, key), `${name}.${key}`)]),
    );
  }
  if (value instanceof WrittenNumber && typesOf(schema).size > 0)
    return typesOf(schema).has('string') ? String(value) : value.valueOf();
  if (!isTextOnly(schema)) return value;
  if (formatOf(schema) === 'mode') return conformMode(value, name);
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : value;
}

function conformMode(value: unknown, name: string): unknown {
  if (typeof value === 'number' || typeof value === 'bigint')
    throw new TaskFailure(`'${name}' is the number ${value}, so a leading zero may be lost`, {
      hint: "quote the mode where the variable is set: '0644'",
    });
  if (typeof value !== 'string') return value;
  const mode = normaliseMode(value);
  if (typeof mode === 'string') return mode;
  throw new TaskFailure(`'${name}' is invalid: ${mode.message}`, mode.hint === undefined ? {} : { hint: mode.hint });
}

function addSecrets(value: unknown, schema: Schema, secrets: Secrets): void {
  if (typeof value === 'string' && formatOf(schema) === 'secret') secrets.add(value);
  else if (Array.isArray(value)) for (const item of value) addSecrets(item, itemSchema(schema), secrets);
  else if (isPlain(value))
    for (const [key, part] of Object.entries(value)) addSecrets(part, propertySchema(schema, key), secrets);
}

/** The context for loading files. */
interface Files {
  readonly searchPath: readonly string[];
  readonly scope: Scope;
  readonly vault: Vault;
  readonly decrypt: boolean;
}

/** Replaces file names by files. Values that are not text are already loaded. */
async function loadFiles(value: unknown, schema: Schema, files: Files): Promise<unknown> {
  if (!holdsSpecial(schema)) return value;
  if (Array.isArray(value) && typesOf(schema).has('array'))
    return Promise.all(value.map((item) => loadFiles(item, itemSchema(schema), files)));
  const format = formatOf(schema);
  if (format === 'local-path') return value instanceof NameFromHost ? placeBelow(value) : nonEmpty(value);
  if (format === 'local-file' || format === 'template-file')
    return typeof value === 'string' || value instanceof NameFromHost
      ? loadFile(value, format, files)
      : alreadyLoaded(value);
  if (!isPlain(value) || !typesOf(schema).has('object')) return value;
  const entries = Object.entries(value).map(
    async ([key, part]) => [key, await loadFiles(part, propertySchema(schema, key), files)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

function nonEmpty(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TaskFailure('a path on the controller must be text, and not empty');
}

function alreadyLoaded(value: unknown): unknown {
  if (isPlain(value) && 'path' in value && 'content' in value) return value;
  throw new TaskFailure('a file name must be text');
}

async function loadFile(
  name: string | NameFromHost,
  format: 'local-file' | 'template-file',
  { searchPath, scope, vault, decrypt }: Files,
): Promise<LocalFile | RenderedFile> {
  const search =
    typeof name === 'string' ? findFile(name, format, searchPath) : findFileBelow(name, format, searchPath);
  if (search.found === undefined)
    throw new TaskFailure(
      `there is no ${format === 'template-file' ? 'template' : 'file'} '${typeof name === 'string' ? name : name.text}'`,
      {
        hint: search.why,
      },
    );
  const path = search.found;
  const { content, encrypted } = await readTaskFile(path, vault, { decrypt });
  if (format === 'local-file') return { path, content };
  const file = compiledOnce(path, content.toString('utf8'));
  return { path, content: (encrypted ? withSecretOutput(file, vault.secrets) : file).render(scope) };
}

const compiledFiles = new Map<string, { readonly text: string; readonly file: FileTemplate }>();

/** The file is rendered for each host but recompiled only when its text changes. */
function compiledOnce(path: string, text: string): FileTemplate {
  const known = compiledFiles.get(path);
  if (known?.text === text) return known.file;
  const diagnostics = new Diagnostics();
  const file = compileFile(shownPath(path), text, diagnostics);
  if (diagnostics.hasErrors)
    throw new TaskFailure(`the template ${shownPath(path)} is invalid`, {
      hint: diagnostics.errors.map((d) => formatDiagnostic(d)).join('\n'),
    });
  compiledFiles.set(path, { text, file });
  return file;
}
