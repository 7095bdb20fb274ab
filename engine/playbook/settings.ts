import type { Template } from '../expressions/types.ts';
import { describe, type MapEntry } from '../source/node.ts';
import { compileArguments } from './arguments/compile.ts';
import type { Context } from './context.ts';
import type { Fields } from './fields.ts';
import { type SettingName, settingKeywords } from './keywords.ts';
import { compileLayer } from './layers.ts';
import { suggestModule } from './module-names.ts';
import type { Settings } from './types.ts';

export const noSettings: Settings = { environment: [], moduleDefaults: new Map() };

/** The settings given here over those inherited: environments add up, default arguments are replaced module by module. */
function mergeSettings(context: Context, fields: Fields): Settings {
  const own: Partial<Record<SettingName, Template>> = {};
  for (const { keyword, name } of settingKeywords) {
    const template = fields.template(keyword);
    if (template) own[name] = template;
  }
  return {
    ...context.settings,
    ...own,
    environment: [...context.settings.environment, ...fields.templates('environment')],
    moduleDefaults: new Map([
      ...context.settings.moduleDefaults,
      ...moduleDefaults(context, fields.map('module_defaults')?.entries ?? []),
    ]),
  };
}

function moduleDefaults(context: Context, entries: readonly MapEntry[]): Map<string, ReadonlyMap<string, Template>> {
  const { modules, diagnostics } = context.loader;
  const defaults = new Map<string, ReadonlyMap<string, Template>>();
  for (const { key, keyPlace, value } of entries) {
    const module = modules.find(key);
    if (key.startsWith('group/'))
      diagnostics.error(
        'not-supported-yet',
        keyPlace,
        'defaults for groups of modules are not supported yet',
        'name each module',
      );
    else if (!module)
      diagnostics.error('unknown-module', keyPlace, `no module is called '${key}'`, suggestModule(key, modules.names));
    else if (value.kind !== 'map')
      diagnostics.error(
        'keyword-type',
        value.place,
        `the defaults of '${key}' must be a map of arguments, but they are ${describe(value)}`,
      );
    else defaults.set(module.name, compileArguments(module, value.entries, keyPlace, context, { partial: true }));
  }
  return defaults;
}

/** What entries inside inherit: conditions outermost first, tags united, settings merged, variables and notify added. */
export function inherit(context: Context, fields: Fields, varsOrigin: string): Context {
  const { diagnostics } = context.loader;
  const vars = fields.map('vars');
  return {
    ...context,
    when: [...context.when, ...(fields.conditions('when') ?? [])],
    tags: new Set([...context.tags, ...readTags(fields)]),
    settings: mergeSettings(context, fields),
    layers: vars ? [...context.layers, compileLayer(varsOrigin, vars.entries, diagnostics)] : context.layers,
    notify: [...context.notify, ...fields.templates('notify')],
  };
}

/** Tags as a list or as text with commas. */
export function readTags(fields: Fields): readonly string[] {
  return readNames(fields, 'tags').map((tag) => tag.name);
}

function readNames(fields: Fields, keyword: string): readonly { name: string; place: MapEntry['keyPlace'] }[] {
  return fields.scalars(keyword).flatMap((node) =>
    node.source
      .split(',')
      .map((name) => ({ name: name.trim(), place: node.place }))
      .filter(({ name }) => name !== ''),
  );
}
