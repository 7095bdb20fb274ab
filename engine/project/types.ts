import type { Code } from '../source/codes.ts';

/** A problem that makes a module unusable. `near`: text in its file that locates the problem. */
export interface Fault {
  readonly code: Code & `module-${string}`;
  readonly message: string;
  readonly hint?: string;
  readonly near?: string;
}

/** A module package, and the package.json that lists it. */
export interface NamedPackage {
  readonly name: string;
  readonly namedIn: string;
}

/** The exports of a file, by name. */
export type Exports = Readonly<Record<string, unknown>>;
