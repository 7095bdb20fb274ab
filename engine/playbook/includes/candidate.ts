import { Diagnostics, InvalidInput } from '../../source/diagnostic.ts';
import type { ScalarNode } from '../../source/node.ts';
import type { Context, Gathered, UnreadList } from '../context.ts';
import type { Candidate, Entry, Handler, Included } from '../types.ts';

/** Parsers for lists, passed in because they in turn parse includes. */
export interface Readers {
  readonly entries: (list: UnreadList) => readonly Entry[];
  readonly handlers: (list: UnreadList) => readonly Handler[];
}

/** A possible target of an include, not yet read. */
export interface Choice {
  /** Unique among the choices of the include. */
  readonly key: string;
  readonly title: string;
  readonly certain: boolean;
  read(context: Context): readonly UnreadList[];
}

/** All possible targets of an include, and how to select one. */
export interface Choices {
  readonly names: ReadonlyMap<string, ScalarNode>;
  readonly choices: readonly Choice[];
  /** The key of the choice for the evaluated names. Throws TaskFailure. */
  readonly find: (names: ReadonlyMap<string, string>) => string;
}

/** Reads a choice now, so that it is checked before the run, unless an enclosing include or this play has read it already. */
export function candidateOf(choice: Choice, context: Context, readers: Readers): Candidate {
  const { key, title } = choice;
  const { included } = context.play;
  const deep = context.including.length > 2;
  const known = context.including.includes(key) || (included.has(key) && (!choice.certain || deep));
  included.add(key);
  const gathered: Gathered = {
    roleDefaults: [],
    roleVars: [],
    handlerLists: [],
    uses: new Map(context.gathered.uses),
  };
  const inside: Context = { ...context, gathered, inProgress: [], including: [...context.including, key] };
  const read = (within: Context): Included => {
    const lists = choice.read(within).map((list) => ({
      entries: readers.entries(list),
      ...(list.once !== undefined && { once: list.once }),
    }));
    const { roleDefaults, roleVars, handlerLists } = gathered;
    return { lists, handlers: handlerLists.flatMap(readers.handlers), published: { roleDefaults, vars: roleVars } };
  };
  let result = known ? undefined : read(inside);
  return {
    title,
    ...(result && { checked: result }),
    open: () => {
      if (result) return result;
      const diagnostics = new Diagnostics();
      result = read({ ...inside, loader: { ...context.loader, diagnostics } });
      if (diagnostics.hasErrors) throw new InvalidInput(diagnostics.errors);
      return result;
    },
  };
}
