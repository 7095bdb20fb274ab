import type { AnyModule } from '../contract/module.ts';
import type { SourceNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import type { Condition, Template } from '../template/types.ts';

/** A playbook after parsing: roles and imports are resolved, what blocks and plays hand down stands on each task. */
export interface Playbook {
  readonly file: string;
  readonly plays: readonly Play[];
}

export interface Play {
  readonly name: string;
  readonly place: Place;
  /** Host patterns as written (a list is joined with commas); may hold expressions over extra vars. */
  readonly hosts: Template;
  readonly layers: PlayLayers;
  /** Facts of the hosts that are read up front; default: only those referenced, on demand. */
  readonly gatherFacts: boolean;
  /** In the order of execution; handlers are flushed after each. */
  readonly sections: readonly (readonly Entry[])[];
  readonly handlers: readonly Handler[];
  /** Batches: numbers or percentages, e.g. [1, '25%']; empty: all hosts at once. */
  readonly serial: readonly (number | `${number}%`)[];
  readonly strategy: 'linear' | 'free';
  readonly order: 'inventory' | 'reverse_inventory' | 'sorted' | 'reverse_sorted';
  readonly anyErrorsFatal: boolean;
  readonly maxFailPercentage?: number;
  readonly forceHandlers: boolean;
  readonly ignoreUnreachable: boolean;
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
  /** For people: `defaults of role 'common'`, `play vars`, `vars of the task` … */
  readonly origin: string;
  readonly variables: ReadonlyMap<
    string,
    { readonly value: Template; readonly node: SourceNode; readonly place: Place }
  >;
}

/** What a play, role, block or task says about how to run; a task's own are merged over what it inherits. */
export interface Settings {
  readonly become?: Template;
  readonly becomeUser?: Template;
  readonly becomeMethod?: Template;
  readonly becomeFlags?: Template;
  readonly remoteUser?: Template;
  readonly port?: Template;
  readonly connection?: Template;
  readonly environment: readonly Template[];
  readonly ignoreErrors?: Template;
  readonly ignoreUnreachable?: Template;
  readonly checkMode?: Template;
  readonly diff?: Template;
  readonly noLog?: Template;
  readonly anyErrorsFatal?: Template;
  readonly timeoutSeconds?: Template;
  readonly throttle?: Template;
  readonly delegateTo?: Template;
  readonly delegateFacts?: Template;
  readonly runOnce?: Template;
  /** Default arguments of modules, by module name. */
  readonly moduleDefaults: ReadonlyMap<string, ReadonlyMap<string, Template>>;
}

export type Entry = Task | Block | Meta;

/** What every entry has from where it stands; inherited parts are already in. */
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

export interface RoleOption {
  readonly required: boolean;
  /** str, int, float, bool, list or dict. */
  readonly type?: string;
  readonly choices?: readonly string[];
}

export interface Task extends Common {
  readonly kind: 'task';
  readonly module: AnyModule;
  /** Argument templates by name, module_defaults not yet merged. Free-form text is already under its argument's name. */
  readonly args: ReadonlyMap<string, Template>;
  readonly argsPlace: Place;
  readonly loop?: Loop;
  readonly register?: string;
  readonly until?: { readonly conditions: readonly Condition[]; readonly retries: Template; readonly delay: Template };
  readonly changedWhen?: readonly Condition[];
  readonly failedWhen?: readonly Condition[];
  /** Folders to look for templates and files in, in order (role, then task file, then playbook), absolute. */
  readonly searchPath: readonly string[];
}

export interface Loop {
  readonly over: Template;
  readonly variable: string;
  readonly indexVariable?: string;
  readonly label?: Template;
  readonly pauseSeconds?: Template;
  readonly extended: boolean;
}

export interface Handler extends Task {
  readonly listen: readonly string[];
}

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
    | 'noop';
}
