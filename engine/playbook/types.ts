import type { Condition, Template } from '../expressions/types.ts';
import type { AnyModule } from '../module/module.ts';
import type { SourceNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import type { SettingName } from './keywords.ts';
import type { Prompt } from './prompts.ts';

/** A playbook after parsing: roles and imports are resolved, and each task has what blocks and plays pass down. */
export interface Playbook {
  readonly file: string;
  readonly plays: readonly Play[];
}

export interface Play {
  readonly name: string;
  readonly place: Place;
  /** A list of host patterns as written; may hold expressions over extra vars. */
  readonly hosts: Template;
  readonly layers: PlayLayers;
  /** Variables that the user is asked for before the run. */
  readonly prompts: readonly Prompt[];
  /** Whether all facts of the hosts are read up front; default: only those referenced, on demand. See run/play/settings.ts. */
  readonly gatherFacts?: Template;
  /** In the order of execution; handlers are flushed after each. */
  readonly sections: readonly (readonly Entry[])[];
  readonly handlers: readonly Handler[];
  /** Batches: numbers or percentages, e.g. [1, '25%']; empty: all hosts at once. */
  readonly serial: readonly Template[];
  readonly strategy: 'linear' | 'free';
  readonly order: 'inventory' | 'reverse_inventory' | 'sorted' | 'reverse_sorted' | 'shuffle';
  readonly maxFailPercentage?: Template;
  readonly forceHandlers: boolean;
  readonly settings: Settings;
  readonly tags: readonly string[];
}

/** Variables that a play sets, by level (lowest first): defaults of roles, vars, vars_files. */
export interface PlayLayers {
  readonly roleDefaults: readonly VariableLayer[];
  readonly vars: readonly VariableLayer[];
}

/** Variables written together; a name's template is compiled. */
export interface VariableLayer {
  /** For messages: `defaults of role 'common'`, `play vars`, `vars of the task` … */
  readonly origin: string;
  /** The vars of an include: as parameters they take precedence over what the host has learned. */
  readonly given?: true;
  /** The variables of a role itself. */
  readonly ofRole?: true;
  readonly variables: ReadonlyMap<
    string,
    { readonly value: Template; readonly node: SourceNode; readonly place: Place }
  >;
}

/** The settings of a play, role, block or task; a task's own are merged over those it inherits. */
export type Settings = { readonly [N in SettingName]?: Template } & {
  readonly environment: readonly Template[];
  /** Default arguments of modules, by module name. */
  readonly moduleDefaults: ReadonlyMap<string, ReadonlyMap<string, Template>>;
};

export type Entry = Task | Block | Meta | Include;

/** What every entry has, including what it inherits. */
export interface Common {
  /** As written; expressions in it are in `title`. */
  readonly name: string;
  /** The name compiled, where it holds an expression. */
  readonly title?: Template;
  readonly place: Place;
  readonly when: readonly Condition[];
  readonly tags: ReadonlySet<string>;
  readonly settings: Settings;
  /** Variables above the play's, lowest first: role vars, role parameters, block vars, task vars. */
  readonly layers: readonly VariableLayer[];
  readonly role?: RoleUse;
  /** The `notify` of this entry (a block's reaches its tasks): handler names or listen topics. */
  readonly notify: readonly Template[];
}

export interface RoleUse {
  readonly name: string;
  /** Absolute folder of the role. */
  readonly path: string;
  /** Where it is used. */
  readonly usedAt: Place;
  /** The role's defaults, lowest of all levels. */
  readonly defaults: VariableLayer;
  /** What `argument_specs` says of its variables. */
  readonly options?: ReadonlyMap<string, RoleOption>;
}

/** One entry of an argument specification. */
export interface RoleOption {
  readonly required: boolean;
  /** str, int, float, bool, list or dict; missing where it can be anything. */
  readonly type?: string;
  /** What the items of a list are. */
  readonly elements?: string;
  readonly choices?: readonly string[];
  /** What a map, or each map of a list, holds. */
  readonly options?: ReadonlyMap<string, RoleOption>;
}

export interface Task extends Common {
  readonly kind: 'task';
  readonly module: AnyModule;
  /** Argument templates by name, module_defaults not yet merged. Free-form text is already under its argument's name. */
  readonly args: ReadonlyMap<string, Template>;
  readonly argsPlace: Place;
  readonly loop?: Loop;
  readonly register?: string;
  readonly until?: readonly Condition[];
  readonly changedWhen?: readonly Condition[];
  readonly failedWhen?: readonly Condition[];
  /** Folders to look for templates and files in, in order (role, then task file, then playbook), absolute. */
  readonly searchPath: readonly string[];
  /** Set for include_vars: the files that its arguments can mean. */
  readonly variableFiles?: VariableFiles;
}

export interface Loop {
  readonly over: Template;
  readonly variable: string;
  readonly indexVariable?: string;
  readonly label?: Template;
  readonly pauseSeconds?: Template;
  readonly extended: boolean;
}

export type Handler = (Task | Meta | Include) & {
  readonly listen: readonly string[];
  /** It comes with a role that an include can bring in. */
  readonly included?: true;
};

export interface Block extends Common {
  readonly kind: 'block';
  readonly block: readonly Entry[];
  readonly rescue: readonly Entry[];
  readonly always: readonly Entry[];
}

export interface Meta extends Common {
  readonly kind: 'meta';
  readonly action:
    | 'flush_handlers'
    | 'end_host'
    | 'end_play'
    | 'end_batch'
    | 'clear_host_errors'
    | 'reset_connection'
    | 'refresh_inventory'
    | 'noop';
}

/** Tasks that are chosen during the run. All that can be chosen has been read and checked before it. */
export interface Include extends Common {
  readonly kind: 'include';
  readonly what: 'include_tasks' | 'include_role';
  /** What it names, by argument: `file`; or `name`, `tasks_from`, `vars_from` … of a role. */
  readonly names: ReadonlyMap<string, Template>;
  readonly loop?: Loop;
  /** A role that runs once only on a host with the same names and item, and these vars (`allow_duplicates: false`). */
  readonly once?: string;
  /** All that the names can mean. */
  readonly candidates: readonly Candidate[];
  /** Whether each candidate is certain to be chosen (in a loop, for an item), not just matched by a pattern. */
  readonly certain: boolean;
  /** The candidate for evaluated names. Throws TaskFailure if there is none. */
  choose(names: ReadonlyMap<string, string>): Candidate;
}

/** A file of tasks, or a role with one choice of its files. */
export interface Candidate {
  /** For messages: the path of the file, or the role's name. */
  readonly title: string;
  /** What was read before the run. Missing where it is read elsewhere: a file may include itself. */
  readonly checked?: Included;
  /** The same, read now where it has not been. Throws InvalidInput. */
  open(): Included;
}

export interface Included {
  /** Those of roles that the role depends on first. */
  readonly lists: readonly TaskList[];
  /** Handlers of roles, as they see the variables and parameters of this use. */
  readonly handlers: readonly Handler[];
  /** Defaults and variables of roles that the play sees from here on. */
  readonly published: PlayLayers;
}

export interface TaskList {
  readonly entries: readonly Entry[];
  /** A role that runs once only on a host with the same parameters: the key of both. */
  readonly once?: string;
}

/** The files of variables that an include_vars can mean, read before the run. */
export interface VariableFiles {
  /** All of them. */
  readonly layers: readonly VariableLayer[];
  /** What evaluated arguments choose, lowest first. Throws TaskFailure where there is no such file. */
  choose(args: Readonly<Record<string, unknown>>): { readonly layer: VariableLayer; readonly files: readonly string[] };
}
