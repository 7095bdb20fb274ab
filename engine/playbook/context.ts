import type { Diagnostics } from '../source/diagnostic.ts';
import type { SourceNode } from '../source/node.ts';
import type { FileTemplate } from '../template/file.ts';
import type { Condition, Template } from '../template/types.ts';
import type { ModuleNames } from './module-names.ts';
import type { Role } from './role-files.ts';
import type { RoleUse, Settings, VariableLayer } from './types.ts';

/** What the reading of a whole playbook shares. */
export interface Loader {
  readonly modules: ModuleNames;
  readonly diagnostics: Diagnostics;
  /** Template files compiled so far, by absolute path: what was checked is what is rendered. */
  readonly templateFiles: Map<string, FileTemplate>;
}

/** A list of entries that is still to be read, and where. */
export interface UnreadList {
  readonly node: SourceNode;
  readonly context: Context;
}

/** What the reading of one play gathers on the way. */
export interface PlayParts {
  /** The playbook's folder, absolute. */
  readonly folder: string;
  readonly roleDefaults: VariableLayer[];
  readonly roleVars: VariableLayer[];
  /** Handlers of roles: read when all tasks have been. */
  readonly handlerLists: UnreadList[];
  /** Roles read so far, by folder. */
  readonly roles: Map<string, Role>;
  /** Uses of roles that are in the play already, by role and parameters. */
  readonly uses: Map<string, RoleUses[]>;
}

/** Under which conditions and tags a role is in the play. */
export interface RoleUses {
  readonly when: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
}

/** Where an entry is read, and what it inherits from there. */
export interface Context {
  readonly loader: Loader;
  readonly play: PlayParts;
  readonly when: readonly Condition[];
  readonly tags: ReadonlySet<string>;
  readonly settings: Settings;
  readonly layers: readonly VariableLayer[];
  readonly notify: readonly Template[];
  readonly role?: RoleUse;
  /** The folder of the file that is being read, absolute. */
  readonly folder: string;
  /** Folders in which the names of files are looked up, absolute. */
  readonly searchPath: readonly string[];
  /** Roles and task files that are being read, outermost first: meeting one again is a recursion. */
  readonly underWay: readonly string[];
}
