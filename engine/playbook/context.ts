import type { FileTemplate } from '../expressions/handlebars/text.ts';
import type { Condition, Template } from '../expressions/types.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { SourceNode } from '../source/node.ts';
import type { Vault } from '../vault/vault.ts';
import type { ModuleNames } from './module-names.ts';
import type { RoleOptions } from './roles/options.ts';
import type { RoleUse, Settings, VariableLayer } from './types.ts';

/** State shared while a whole playbook is loaded. */
export interface Loader {
  readonly modules: ModuleNames;
  readonly diagnostics: Diagnostics;
  readonly vault: Vault;
  /** Extra vars. */
  readonly extra: ReadonlyMap<string, unknown>;
  /** Further folders of roles, absolute. */
  readonly rolesPath: readonly string[];
  /** YAML files read so far, by absolute path. */
  readonly yamlFiles: Map<string, SourceNode | undefined>;
  /** Template files compiled so far, by absolute path, so that the checked version is the one rendered. */
  readonly templateFiles: Map<string, FileTemplate>;
}

/** A list of entries not yet parsed, with its context. */
export interface UnreadList {
  readonly node: SourceNode;
  readonly context: Context;
  /** See TaskList. */
  readonly once?: string;
}

/** State shared while one play is loaded. */
export interface PlayParts {
  /** The playbook's folder, absolute. */
  readonly folder: string;
  /** The folders in which roles are searched, absolute, in this order. */
  readonly rolePlaces: readonly string[];
  /** Roles read so far, by folder and selected files. */
  readonly roles: Map<string, Role>;
  /** Targets of includes so far, by folder or file. */
  readonly included: Set<string>;
}

/** A role on disk; its uses are in roles.ts. */
export interface Role {
  readonly use: Pick<RoleUse, 'name' | 'path' | 'defaults'>;
  readonly vars: VariableLayer;
  readonly dependencies: readonly SourceNode[];
  readonly allowDuplicates: boolean;
  readonly handlers?: SourceNode;
  /** Argument specifications by entry point: the name of a file in tasks/. */
  readonly specs: ReadonlyMap<string, RoleOptions>;
}

/** Collected while loading, for the play or for the include being loaded. */
export interface Gathered {
  readonly roleDefaults: VariableLayer[];
  readonly roleVars: VariableLayer[];
  /** Handlers of roles: parsed after all tasks. */
  readonly handlerLists: UnreadList[];
  /** Uses of roles so far, by role and parameters. */
  readonly uses: Map<string, readonly RoleUses[]>;
}

/** The conditions and tags under which a role is in the play. */
export interface RoleUses {
  readonly when: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
}

/** Where an entry is parsed, and what it inherits. */
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
  /** The folder of the current file, absolute. */
  readonly folder: string;
  /** Folders searched for files, absolute. */
  readonly searchPath: readonly string[];
  /** Roles and task files being read, outermost first: a second occurrence is a recursion. */
  readonly inProgress: readonly string[];
  /** Targets of the enclosing includes, outermost first. */
  readonly including: readonly string[];
}
