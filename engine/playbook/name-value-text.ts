import type { AnyModule } from '../module/module.ts';
import { propertySchema, typesOf } from './arguments/schema-walk.ts';
import { isTruthText, isUntruthText } from './kinds.ts';

/** An argument in Ansible's old form: `enabled=yes`. */
interface Pair {
  readonly name: string;
  readonly text: string;
}

/** Each `name=value` in a text; quotes and `{{ }}` hold blanks. */
export function pairsIn(text: string): readonly Pair[] {
  const value = String.raw`(?:"[^"]*"|'[^']*'|\{\{.*?\}\}|[^\s"'])*`;
  return [...text.matchAll(new RegExp(String.raw`(?:^|\s)([A-Za-z_]\w*)=(${value})`, 'g'))].map(
    ([, name, written]) => ({
      name: name!,
      text: written!.replace(/^(["'])(.*)\1$/s, '$2'),
    }),
  );
}

/** Those in free-form text that Ansible would parse as arguments. */
export function inlineArguments(text: string, module: AnyModule, freeForm: string): readonly Pair[] {
  const names = Object.keys(module.args.properties ?? {});
  return pairsIn(text).filter(
    ({ name }) => names.includes(name) && (name !== freeForm || text.trimStart().startsWith(`${name}=`)),
  );
}

/** As an entry of a map in YAML, of the type that the argument has: `enabled: true` for enabled=yes. */
export function inYaml({ name, text }: Pair, module: AnyModule): string {
  const schema = propertySchema(module.args, name);
  const types = [...typesOf(schema)];
  if (types.includes('boolean') && (isTruthText(text) || isUntruthText(text))) return `${name}: ${isTruthText(text)}`;
  if (types.includes('string') && !isPlainText(text)) return `${name}: '${text.replaceAll("'", "''")}'`;
  if (types[0] === 'array')
    return `${name}: [${text
      .split(',')
      .map((item) => quotedUnlessPlain(item.trim()))
      .join(', ')}]`;
  return `${name}: ${/^-?\d+$/.test(text) && !types.includes('string') ? text : quotedUnlessPlain(text)}`;
}

function quotedUnlessPlain(text: string): string {
  return isPlainText(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

/** Whether YAML reads it as this text without quotes, also inside a map in braces. */
function isPlainText(text: string): boolean {
  return /^[A-Za-z/_][\w./-]*( [\w./-]+)*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
}
