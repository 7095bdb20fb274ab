import { keywords, keywordsAt, type Level } from '../playbook/keywords.ts';
import type { Kind } from '../playbook/kinds.ts';
import { mustBe, orExpression, text, typed } from './expression.ts';
import { described, type Json } from './json.ts';

const plainText: Json = {
  ...mustBe(['string', 'number', 'boolean'], 'text'),
  pattern: '^(?![\\s\\S]*\\{\\{)',
  patternErrorMessage: 'must be text without an expression: it is read before anything runs',
};
const batch: Json = {
  ...mustBe(['string', 'number'], 'a number of hosts or a percentage'),
  minimum: 0,
  pattern: '^(\\d+|([1-9]\\d?|100)%)$',
  patternErrorMessage: "must be a number of hosts or a percentage such as '25%'",
};
const map: Json = { type: ['object', 'null'], errorMessage: 'must be a map' };
const flag = typed('boolean', 'true or false');
const number = typed('number', 'a number');

const oneOrMore = (item: Json): Json => ({ anyOf: [item, { type: ['array'], items: item }] });

/** The kinds of playbook/kinds.ts as schemas. */
const kinds: Readonly<Record<Kind, Json>> = {
  any: {},
  text: plainText,
  'text or expression': text,
  boolean: flag,
  'boolean or expression': orExpression(typed('boolean', 'true, false or an expression')),
  number,
  'number or expression': orExpression(typed('number', 'a number or an expression')),
  names: oneOrMore(plainText),
  files: { anyOf: [text, { type: ['array'], items: oneOrMore(text) }] },
  percentage: orExpression({
    ...mustBe(['string', 'number'], 'a percentage from 0 to 100'),
    minimum: 0,
    maximum: 100,
    pattern: '^(\\d?\\d(\\.\\d+)?|100)%?$',
  }),
  texts: oneOrMore(text),
  conditions: oneOrMore(text),
  batches: oneOrMore(orExpression(batch)),
  map,
  maps: orExpression(typed('object', 'a map or a list of maps'), {
    ...typed('array', 'a map or a list of maps'),
    items: orExpression(typed('object', 'a map')),
  }),
  list: { type: ['array', 'null'], errorMessage: 'must be a list' },
  'list or expression': orExpression(typed('array', 'a list or an expression')),
};

/** The keywords of a level as properties; `values` has more exact schemas for some of them. */
export function keywordProperties(level: Level, values: Readonly<Record<string, Json>> = {}): Record<string, Json> {
  return Object.fromEntries(
    keywordsAt(level).map((name): [string, Json] => {
      const { kind, choices, describe } = keywords[name]!;
      const value = values[name] ?? (choices ? { enum: choices } : kinds[kind]);
      return [name, { ...described(describe), ...value }];
    }),
  );
}
