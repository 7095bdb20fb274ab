import type { Condition } from '../expressions/types.ts';
import { compileValue } from '../expressions/value.ts';
import type { MapNode, ScalarNode, SourceNode } from '../source/node.ts';
import type { Context, Gathered, Loader } from './context.ts';
import { readEntries, readHandlers } from './entries.ts';
import { type Fields, readFields, rejectKey } from './fields.ts';
import { checkHandlers, withIncluded } from './handlers.ts';
import { writtenText } from './kinds.ts';
import { rolePlaces } from './roles/files.ts';
import { readRoleEntry } from './roles/roles.ts';
import { inherit, noSettings, readTags } from './settings.ts';
import type { Entry, Handler, Play, VariableLayer } from './types.ts';
import { readVarsFiles } from './vars-files.ts';
import { layerOf, readPrompts } from './vars-prompt.ts';

/** What an import_playbook passes to the imported plays. */
export interface Importer {
  readonly when: readonly Condition[];
  readonly tags: ReadonlySet<string>;
  /** They override the play's own; the outermost import wins, so it is last. */
  readonly vars: readonly VariableLayer[];
}

/** Parses one play; undefined without `hosts`. `folder`: the playbook's, absolute. */
export function readPlay(node: MapNode, folder: string, importer: Importer, loader: Loader): Play | undefined {
  const { diagnostics } = loader;
  const { fields, rest } = readFields(node, 'play', diagnostics);
  for (const entry of rest) rejectKey(entry, 'play', diagnostics);
  const gathered: Gathered = { roleDefaults: [], roleVars: [], handlerLists: [], uses: new Map() };
  const outside: Context = {
    loader,
    play: {
      folder,
      rolePlaces: rolePlaces(folder, loader.rolesPath),
      roles: new Map(),
      included: new Set(),
    },
    gathered,
    when: importer.when,
    tags: importer.tags,
    settings: noSettings,
    layers: [],
    notify: [],
    folder,
    searchPath: [folder],
    inProgress: [],
    including: [],
  };
  const inherited = inherit(outside, fields, 'vars of the play');
  const inside: Context = { ...inherited, layers: [] };
  const prompts = readPrompts(fields.node('vars_prompt'), loader);
  const ownVars = [...inherited.layers, ...importer.vars, ...layerOf(prompts)];
  const files = readVarsFiles(fields.node('vars_files'), folder, ownVars, loader);
  const section = (name: string): readonly Entry[] => readEntries(fields.node(name), inside);
  const preTasks = section('pre_tasks');
  const imported = new Set(gathered.handlerLists.map((list) => list.node));
  const roles = listItems(fields, 'roles').flatMap((item) =>
    readRoleEntry(item, inside).flatMap((list) => readEntries(list.node, list.context)),
  );
  const ofRoles = new Set(gathered.handlerLists.map((list) => list.node).filter((list) => !imported.has(list)));
  const sections = [preTasks, [...roles, ...section('tasks')], section('post_tasks')];
  const ownHandlers = readHandlers(fields.node('handlers'), { ...inside, when: [] });
  const handlersOf = (fromRoles: boolean): readonly Handler[] =>
    gathered.handlerLists
      .filter((list) => ofRoles.has(list.node) === fromRoles)
      .flatMap((list) => readHandlers(list.node, list.context));
  // Handlers of imported roles come after the play's own.
  const handlers = withIncluded(sections.flat(), [...handlersOf(true), ...ownHandlers, ...handlersOf(false)]);
  checkHandlers(sections.flat(), handlers, diagnostics);
  if (!fields.has('hosts')) {
    if (!node.entries.some((e) => e.key === 'hosts'))
      diagnostics.error('missing-keyword', node.place, "this play has no 'hosts'");
    return undefined;
  }
  const hosts = fields.scalars('hosts');
  const place = fields.node('hosts')!.place;
  const patterns: readonly ScalarNode[] = hosts.map((host) => ({ ...host, value: writtenText(host) }));
  const maxFailPercentage = fields.template('max_fail_percentage');
  const gatherFacts = fields.template('gather_facts');
  return {
    name: fields.text('name') ?? patterns.map((p) => p.value).join(','),
    place: node.place,
    hosts: compileValue({ kind: 'list', place, items: patterns }, diagnostics),
    layers: {
      roleDefaults: gathered.roleDefaults,
      vars: [...ownVars, ...files, ...gathered.roleVars],
    },
    prompts,
    sections,
    handlers,
    serial: fields.templates('serial'),
    strategy: fields.text('strategy') === 'free' ? 'free' : 'linear',
    order: (fields.text('order') as Play['order'] | undefined) ?? 'inventory',
    forceHandlers: fields.flag('force_handlers') ?? false,
    settings: inherited.settings,
    tags: [...importer.tags, ...readTags(fields)],
    ...(maxFailPercentage && { maxFailPercentage }),
    ...(gatherFacts && { gatherFacts }),
  };
}

function listItems(fields: Fields, name: string): readonly SourceNode[] {
  const node = fields.node(name);
  return node?.kind === 'list' ? node.items : [];
}
