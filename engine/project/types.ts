import type { Code } from '../source/codes.ts';

/** Something about a module that keeps it from being used. `near`: a text of its file that is about it. */
export interface Fault {
  readonly code: Code & `module-${string}`;
  readonly message: string;
  readonly hint?: string;
  readonly near?: string;
}

/** A package of modules, and the package.json that names it. */
export interface NamedPackage {
  readonly name: string;
  readonly namedIn: string;
}

/** What a file exports, by name. */
export type Exports = Readonly<Record<string, unknown>>;
