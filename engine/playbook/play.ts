import { resolve } from 'node:path';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { MapNode, ScalarNode, SourceNode } from '../source/node.ts';
import { shownPath } from '../source/place.ts';
import type { Condition } from '../template/types.ts';
import { compileValue } from '../template/value.ts';
import type { Context, Loader, PlayParts } from './context.ts';
import { readEntries, readHandlers } from './entries.ts';
import { type Fields, readFields, rejectKey } from './fields.ts';
import { checkHandlers, tasksIn } from './handlers.ts';
import { holdsExpression, writtenText } from './kinds.ts';
import { compileLayerFile } from './layers.ts';
import { isFile } from './local-files.ts';
import { readRoleEntry } from './roles.ts';
import { inherit, noSettings, readTags } from './settings.ts';
import type { Entry, Play, VariableLayer } from './types.ts';
import { readYamlFile } from './yaml-file.ts';

/** What an import_playbook hands down to the plays that it brings in. */
export interface Importer {
  readonly when: readonly Condition[];
  readonly tags: ReadonlySet<string>;
  /** Above the play's own; the outermost import wins, so it is last. */
  readonly vars: readonly VariableLayer[];
}

/** Reads one play; undefined where it cannot be told which hosts it is for. `folder` is that of its playbook, absolute. */
export function readPlay(node: MapNode, folder: string, importer: Importer, loader: Loader): Play | undefined {
  const { diagnostics } = loader;
  const { fields, rest } = readFields(node, 'play', diagnostics);
  for (const entry of rest) rejectKey(entry, 'play', diagnostics);
  const parts: PlayParts = {
    folder,
    roleDefaults: [],
    roleVars: [],
    handlerLists: [],
    roles: new Map(),
    uses: new Map(),
  };
  const outside: Context = {
    loader,
    play: parts,
    when: importer.when,
    tags: importer.tags,
    settings: noSettings,
    layers: [],
    notify: [],
    folder,
    searchPath: [folder],
    underWay: [],
  };
  const inherited = inherit(outside, fields, 'vars of the play');
  const inside: Context = { ...inherited, layers: [] };
  const files = readVarsFiles(fields, folder, diagnostics);
  const section = (name: string): readonly Entry[] => readEntries(fields.node(name), inside);
  const preTasks = section('pre_tasks');
  const roles = listItems(fields, 'roles').flatMap((item) =>
    readRoleEntry(item, inside).flatMap((list) => readEntries(list.node, list.context)),
  );
  const sections = [preTasks, [...roles, ...section('tasks')], section('post_tasks')];
  const ownHandlers = readHandlers(fields.node('handlers'), { ...inside, when: [] });
  const handlers = [...parts.handlerLists.flatMap((list) => readHandlers(list.node, list.context)), ...ownHandlers];
  checkHandlers(sections.flatMap(tasksIn), handlers, diagnostics);
  if (!fields.has('hosts')) {
    if (!node.entries.some((e) => e.key === 'hosts'))
      diagnostics.error('missing-keyword', node.place, "this play has no 'hosts'");
    return undefined;
  }
  const hosts = fields.scalars('hosts');
  const joined: ScalarNode = {
    ...hosts[0]!,
    kind: 'scalar',
    place: fields.node('hosts')!.place,
    value: hosts.map(writtenText).join(','),
    source: '',
  };
  const maxFailPercentage = fields.number('max_fail_percentage');
  const [anyErrorsFatal, ignoreUnreachable] = ['any_errors_fatal', 'ignore_unreachable'].map(
    (name) => fields.flag(name) === true,
  );
  return {
    name: fields.text('name') ?? String(joined.value),
    place: node.place,
    hosts: compileValue(joined, diagnostics),
    layers: {
      roleDefaults: parts.roleDefaults,
      vars: [...inherited.layers, ...importer.vars, ...files, ...parts.roleVars],
    },
    gatherFacts: fields.flag('gather_facts') ?? false,
    sections,
    handlers,
    serial: readSerial(fields),
    strategy: fields.text('strategy') === 'free' ? 'free' : 'linear',
    order: (fields.text('order') as Play['order'] | undefined) ?? 'inventory',
    anyErrorsFatal: anyErrorsFatal!,
    forceHandlers: fields.flag('force_handlers') ?? false,
    ignoreUnreachable: ignoreUnreachable!,
    settings: inherited.settings,
    tags: [...importer.tags, ...readTags(fields)],
    ...(maxFailPercentage !== undefined && { maxFailPercentage }),
  };
}

function listItems(fields: Fields, name: string): readonly SourceNode[] {
  const node = fields.node(name);
  return node?.kind === 'list' ? node.items : [];
}

function readSerial(fields: Fields): Play['serial'] {
  return fields
    .scalars('serial')
    .map(({ source }) => (source.endsWith('%') ? (source as `${number}%`) : Number(source)));
}

/** Files of variables, beside the playbook or in its vars/. */
function readVarsFiles(fields: Fields, folder: string, diagnostics: Diagnostics): readonly VariableLayer[] {
  return fields.scalars('vars_files').flatMap((node) => {
    if (holdsExpression(node)) return [];
    const name = writtenText(node);
    const places = [resolve(folder, name), resolve(folder, 'vars', name)];
    const file = places.find(isFile);
    if (file !== undefined)
      return [compileLayerFile(`vars_files ${shownPath(file)}`, readYamlFile(file, diagnostics), diagnostics)];
    diagnostics.error(
      'missing-file',
      node.place,
      `there is no file of variables '${name}'`,
      `looked for: ${places.map(shownPath).join(', ')}`,
    );
    return [];
  });
}
