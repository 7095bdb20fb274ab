import type { FileTemplate } from '../expressions/handlebars/file.ts';
import type { Condition, Template } from '../expressions/types.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { SourceNode } from '../source/node.ts';
import type { Vault } from '../vault/vault.ts';
import type { ModuleNames } from './module-names.ts';
import type { RoleOptions } from './roles/options.ts';
import type { RoleUse, Settings, VariableLayer } from './types.ts';

/** What the reading of a whole playbook shares. */
export interface Loader {
  readonly modules: ModuleNames;
  readonly diagnostics: Diagnostics;
  readonly vault: Vault;
  /** Extra vars. */
  readonly extra: ReadonlyMap<string, unknown>;
  /** YAML files read so far, by absolute path. */
  readonly yamlFiles: Map<string, SourceNode | undefined>;
  /** Template files compiled so far, by absolute path: what was checked is what is rendered. */
  readonly templateFiles: Map<string, FileTemplate>;
}

/** A list of entries that is still to be read, and where. */
export interface UnreadList {
  readonly node: SourceNode;
  readonly context: Context;
  /** See TaskList. */
  readonly once?: string;
}

/** What the reading of one play shares. */
export interface PlayParts {
  /** The playbook's folder, absolute. */
  readonly folder: string;
  /** Roles read so far, by folder and choice of files. */
  readonly roles: Map<string, Role>;
  /** What includes have brought in so far, by folder or file. */
  readonly included: Set<string>;
}

/** A role as it lies on the disk; its uses are in roles.ts. */
export interface Role {
  readonly use: Pick<RoleUse, 'name' | 'path' | 'defaults'>;
  readonly vars: VariableLayer;
  readonly dependencies: readonly SourceNode[];
  readonly allowDuplicates: boolean;
  readonly handlers?: SourceNode;
  /** Argument specifications by entry point: the name of a file in tasks/. */
  readonly specs: ReadonlyMap<string, RoleOptions>;
}

/** What is gathered on the way, for the play or for the include that brings it in. */
export interface Gathered {
  readonly roleDefaults: VariableLayer[];
  readonly roleVars: VariableLayer[];
  /** Handlers of roles: read when all tasks have been. */
  readonly handlerLists: UnreadList[];
  /** Uses of roles so far, by role and parameters. */
  readonly uses: Map<string, readonly RoleUses[]>;
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
  readonly gathered: Gathered;
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
  /** What the includes around this bring in, outermost first. */
  readonly including: readonly string[];
}
