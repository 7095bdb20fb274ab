import { actions } from '../editor/actions.ts';
import { connectionVariables } from '../editor/inventory.ts';
import { celFunctions } from '../expressions/cel/functions.ts';
import { helpers } from '../expressions/handlebars/helpers.ts';
import { facts } from '../facts/facts.ts';
import type { AnyModule } from '../module/module.ts';
import { keywords, type Level, levels } from '../playbook/keywords.ts';
import { kindWords } from '../playbook/kinds.ts';
import { codes } from '../source/codes.ts';
import { type Block, heading, type Term, terms, text } from './page.ts';

/** The modules by subject, with summaries. */
export function moduleList(modules: readonly AnyModule[]): readonly Block[] {
  const subjects = [...new Set(modules.map(subjectOf))].sort(
    (a, b) => Number(a === ofProject) - Number(b === ofProject) || (a.toLowerCase() < b.toLowerCase() ? -1 : 1),
  );
  return [
    ...subjects.flatMap((subject) => [
      heading(3, subject),
      terms(modules.filter((m) => subjectOf(m) === subject).map(linked)),
    ]),
    heading(3, 'actions'),
    terms(actions.map(linked)),
  ];
}

function linked({ name, summary }: { readonly name: string; readonly summary: string }): Term {
  return { name, meaning: summary, linked: true };
}

const ofProject = 'of this project';

function subjectOf({ subject = ofProject }: AnyModule): string {
  return subject;
}

const levelNames: Readonly<Record<Level, string>> = {
  play: 'plays',
  block: 'blocks',
  task: 'tasks',
  handler: 'handlers',
  role: 'roles of a play',
  import: 'imports',
  include: 'includes',
  playbook: 'import_playbook',
  loop_control: 'loop_control',
};

export function keywordTerms(): readonly Term[] {
  return Object.entries(keywords).map(([name, { kind, at, choices, describe }]) => ({
    name,
    notes: `${choices ? choices.map((choice) => `\`${choice}\``).join(', ') : kindWords(kind)}; on ${levels
      .filter((level) => at.includes(level))
      .map((level) => levelNames[level])
      .join(', ')}`,
    meaning: describe,
  }));
}

export function codeTerms(): readonly Term[] {
  return Object.entries(codes).map(([name, meaning]) => ({ name, meaning }));
}

export function factTerms(): readonly Term[] {
  return [...facts].map(([name, { shape, meaning }]) => ({
    name: `facts.${name}`,
    notes: shapeWords(shape),
    meaning,
  }));
}

function shapeWords(shape: unknown): string {
  if (typeof shape === 'string') return shape === 'int' ? 'number' : 'text';
  return typeof shape === 'object' && shape !== null && 'list' in shape ? 'list of texts' : 'map';
}

/** The most useful built-in functions of CEL; for all, see https://cel.dev. */
const standard: readonly Term[] = [
  { name: 'size(list): int', meaning: 'The number of items, entries or characters.' },
  { name: 'list.map(x, expression): list', meaning: 'The list of the results of the expression for each item.' },
  { name: 'list.filter(x, condition): list', meaning: 'The items for which the condition is true.' },
  { name: 'list.exists(x, condition): bool', meaning: 'Whether the condition is true for any item.' },
  { name: 'list.all(x, condition): bool', meaning: 'Whether the condition is true for all items.' },
  { name: 'list.exists_one(x, condition): bool', meaning: 'Whether the condition is true for exactly one item.' },
  { name: 'value in list: bool', meaning: 'Whether a list contains the value, or a map the key.' },
  { name: 'has(map.key): bool', meaning: 'Whether an existing map has the key; `defined` also checks the map itself.' },
  { name: 'map.?key.orValue(other)', meaning: 'The value, or another one if the key is missing.' },
  { name: 'text.contains(text): bool', meaning: 'Whether a text contains another; also startsWith, endsWith.' },
  { name: 'condition ? a : b', meaning: 'One of two values.' },
  { name: 'int(value), double(value), string(value)', meaning: 'Converts the value to another type.' },
];

export function helperBlocks(): readonly Block[] {
  return [
    heading(3, 'In templates: {{ helper arguments }}'),
    text(
      'Nest helpers with parentheses: `{{ upper (default name "nobody") }}`. Blocks: `#if`, `#unless`, `#each list as |item|`, `#with`.',
    ),
    terms([...helpers.values()].map(({ usage, meaning }) => ({ name: usage, meaning }))),
    heading(3, 'In conditions and !cel values'),
    terms([...celFunctions.map(({ usage, meaning }) => ({ name: usage, meaning })), ...standard]),
  ];
}

export function variableTerms(): readonly Term[] {
  return Object.entries(connectionVariables).map(([name, { describe }]) => ({ name, meaning: describe }));
}
