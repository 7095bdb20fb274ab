import type { Template } from '../expressions/types.ts';
import { compileValue } from '../expressions/value.ts';
import { Diagnostics, InvalidInput } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import { describe, entryOf, type MapNode, type SourceNode } from '../source/node.ts';
import type { Loader } from './context.ts';
import { writtenText } from './kinds.ts';
import { checkVariableName } from './layers.ts';
import { PlayScope } from './play-scope.ts';
import type { Prompt, Question } from './prompts.ts';
import type { Playbook, VariableLayer } from './types.ts';

const known = ['name', 'prompt', 'default', 'private', 'confirm', 'unsafe'];
const hashing = ['encrypt', 'salt', 'salt_size'];

export function readPrompts(node: SourceNode | undefined, loader: Loader): readonly Prompt[] {
  const { diagnostics } = loader;
  return (node?.kind === 'list' ? node.items : []).flatMap((item) => {
    if (item.kind === 'map') return readPrompt(item, loader) ?? [];
    diagnostics.error(
      'keyword-type',
      item.place,
      `a prompt must be a map, but this is ${describe(item)}`,
      'write: { name: variable, prompt: What to ask }',
    );
    return [];
  });
}

function readPrompt(node: MapNode, { diagnostics }: Loader): Prompt | undefined {
  for (const { key, keyPlace } of node.entries) {
    if (hashing.includes(key))
      diagnostics.error(
        'not-supported-yet',
        keyPlace,
        `'${key}' of a prompt is not supported yet: answers are used as typed`,
        'prompt for the hash itself: openssl passwd -6 creates one',
      );
    else if (!known.includes(key))
      diagnostics.error('unknown-keyword', keyPlace, `'${key}' is not a key of a prompt`, suggest(key, known));
  }
  const name = entryOf(node, 'name')?.value;
  if (name?.kind !== 'scalar' || name.value === null) {
    diagnostics.error('missing-keyword', node.place, "this prompt has no 'name', the variable to set");
    return undefined;
  }
  const flag = (key: string, otherwise: boolean): boolean => {
    const value = entryOf(node, key)?.value;
    if (!value) return otherwise;
    if (value.kind === 'scalar' && typeof value.value === 'boolean') return value.value;
    diagnostics.error('keyword-type', value.place, `'${key}' must be true or false`);
    return otherwise;
  };
  const template = (key: string): Template | undefined => {
    const value = entryOf(node, key)?.value;
    return value && compileValue(value, diagnostics);
  };
  flag('unsafe', true); // answers are never templates
  if (!checkVariableName(writtenText(name), name.place, diagnostics)) return undefined;
  const otherwise = template('default');
  return {
    name: writtenText(name),
    place: name.place,
    text: template('prompt') ?? compileValue(name, diagnostics),
    private: flag('private', true),
    confirm: flag('confirm', false),
    ...(otherwise && { default: otherwise }),
  };
}

/** The answers as a variable layer of the play. */
export function layerOf(prompts: readonly Prompt[]): readonly VariableLayer[] {
  if (prompts.length === 0) return [];
  const variables = prompts.map((prompt) => {
    const { name, place } = prompt;
    const value: Template = { place, constant: false, references: [], evaluate: () => prompt.answer };
    const node = { kind: 'scalar', place, value: name, source: name, plain: true } as const;
    return [name, { value, node, place }] as const;
  });
  return [{ origin: 'vars_prompt of the play', variables: new Map(variables) }];
}

/**
 * Asks every prompt of the plays that extra vars or an earlier call have not answered. Without a terminal (`ask`), the
 * defaults are used. Throws InvalidInput for prompts without a default.
 */
export async function answerPrompts(
  { plays }: Playbook,
  extra: ReadonlyMap<string, unknown>,
  secret: (text: string) => void,
  ask?: (question: Question) => Promise<string>,
): Promise<void> {
  const diagnostics = new Diagnostics();
  for (const play of plays)
    for (const prompt of play.prompts.filter(({ answer }) => answer === undefined)) {
      const scope = new PlayScope(extra, play.layers.vars);
      const evaluate = (template: Template): unknown => {
        try {
          return template.evaluate(scope);
        } catch (error) {
          diagnostics.error(
            'play-term',
            template.place,
            (error as Error).message,
            'prompts can use extra vars (-e) and vars of the play',
          );
          return '';
        }
      };
      const { name, place } = prompt;
      const otherwise = prompt.default && evaluate(prompt.default);
      if (extra.has(name)) prompt.answer = extra.get(name);
      else if (ask) {
        const shown = otherwise === undefined || otherwise === null ? {} : { default: textOf(otherwise) };
        const question = {
          name,
          text: textOf(evaluate(prompt.text)),
          private: prompt.private,
          confirm: prompt.confirm,
        };
        const typed = await ask({ ...question, ...shown });
        prompt.answer = typed === '' && otherwise !== undefined ? otherwise : typed;
      } else if (otherwise !== undefined) prompt.answer = otherwise;
      else
        diagnostics.error(
          'prompt-unanswered',
          place,
          `play '${play.name}' prompts for '${name}', but there is no terminal`,
          `set it on the command line: -e ${name}=…`,
        );
      if (prompt.private && typeof prompt.answer === 'string') secret(prompt.answer);
    }
  if (diagnostics.hasErrors) throw new InvalidInput(diagnostics.all);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
