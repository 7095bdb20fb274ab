/** What is known of a value before anything runs. */
export type Shape =
  | 'any'
  | 'bool'
  | 'int'
  | 'string'
  | { readonly list: Shape }
  /** Any keys, each with a value of this shape. */
  | { readonly values: Shape }
  /** These keys and no others. */
  | { readonly fields: Readonly<Record<string, Shape>> };

/** In the path of a reference: a step that is computed when the expression is evaluated. */
export const computedStep = '*';

/** The first step of a path that does not exist: the shape it is taken on, and the names that exist there. */
export interface WrongStep {
  readonly index: number;
  readonly on: Shape;
  readonly known: readonly string[];
}

export function wrongStep(shape: Shape, path: readonly string[]): WrongStep | undefined {
  let on: Shape = shape;
  for (const [index, step] of path.entries()) {
    if (on === 'any') return undefined;
    const next = stepOn(on, step);
    if (next === undefined)
      return { index, on, known: typeof on === 'object' && 'fields' in on ? Object.keys(on.fields) : [] };
    on = next;
  }
  return undefined;
}

function stepOn(on: Exclude<Shape, 'any'>, step: string): Shape | undefined {
  if (typeof on === 'string') return undefined;
  if ('list' in on) return /^(\d+|\*)$/.test(step) ? on.list : step === 'length' ? 'int' : undefined;
  if ('values' in on) return on.values;
  if (step === computedStep) return 'any';
  return Object.hasOwn(on.fields, step) ? on.fields[step] : undefined;
}

/** For messages: "text", "a list" … */
export function describeShape(shape: Shape): string {
  if (typeof shape === 'object') return 'list' in shape ? 'a list' : 'a map';
  return { any: 'anything', bool: 'true or false', int: 'a number', string: 'text' }[shape];
}
