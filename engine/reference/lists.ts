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

/** The modules by subject, each with what it is for. */
export function moduleList(modules: readonly AnyModule[]): readonly Block[] {
  const subjects = [...new Set(modules.map(subjectOf))].sort(
    (a, b) => Number(a === ofProject) - Number(b === ofProject) || (a.toLowerCase() < b.toLowerCase() ? -1 : 1),
  );
  return [
    ...subjects.flatMap((subject) => [
      heading(3, subject),
      terms(modules.filter((m) => subjectOf(m) === subject).map(linked)),
    ]),
    heading(3, 'in the place of a module'),
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

/** CEL's own functions that playbooks need most; the language has more: https://cel.dev. */
const standard: readonly Term[] = [
  { name: 'size(list): int', meaning: 'How many items, entries or characters it has.' },
  { name: 'list.map(x, expression): list', meaning: 'What the expression makes of each item.' },
  { name: 'list.filter(x, condition): list', meaning: 'The items for which the condition holds.' },
  { name: 'list.exists(x, condition): bool', meaning: 'Whether it holds for some item.' },
  { name: 'list.all(x, condition): bool', meaning: 'Whether it holds for every item.' },
  { name: 'list.exists_one(x, condition): bool', meaning: 'Whether it holds for exactly one item.' },
  { name: 'value in list: bool', meaning: 'Whether a list holds the value, or a map the key.' },
  { name: 'has(map.key): bool', meaning: 'Whether a map that is there has the key; `defined` also asks for the map.' },
  { name: 'map.?key.orValue(other)', meaning: 'The value, or another where there is none.' },
  { name: 'text.contains(text): bool', meaning: 'Whether a text holds another; likewise startsWith, endsWith.' },
  { name: 'condition ? a : b', meaning: 'One of two values.' },
  { name: 'int(value), double(value), string(value)', meaning: 'The value as another type.' },
];

export function helperBlocks(): readonly Block[] {
  return [
    heading(3, 'In templates: {{ helper arguments }}'),
    text(
      'Helpers stand in one another in brackets: `{{ upper (default name "nobody") }}`. Blocks: `#if`, `#unless`, `#each list as |item|`, `#with`.',
    ),
    terms([...helpers.values()].map(({ usage, meaning }) => ({ name: usage, meaning }))),
    heading(3, 'In conditions and !cel values'),
    terms([...celFunctions.map(({ usage, meaning }) => ({ name: usage, meaning })), ...standard]),
  ];
}

export function variableTerms(): readonly Term[] {
  return Object.entries(connectionVariables).map(([name, { describe }]) => ({ name, meaning: describe }));
}
