import { TemplateError } from '../../expressions/types.ts';
import { type SettingKind, settingKeywords } from '../../playbook/keywords.ts';
import { isTruthText, isUntruthText } from '../../playbook/kinds.ts';
import { omit } from '../../playbook/magic.ts';
import type { Common, Loop, Settings } from '../../playbook/types.ts';
import type { Place } from '../../source/place.ts';
import { scalarText } from '../../source/written-number.ts';
import type { HostScope } from '../../variables/scope.ts';
import type { ResolvedSettings, TaskSettings } from '../types.ts';

/** What has settings; a loop's pause is one as well. */
type Entry = Pick<Common, 'settings'> & { readonly loop?: Loop };

/**
 * Every keyword of an entry for one host (and item), of its own type, from constants, text, extra vars and facts alike.
 * Never throws: `problems` has, by keyword, what cannot be used; `no_log` is then on. Run it in `evaluate`, which reads
 * the facts that it asks for.
 */
export function resolveSettings(entry: Entry, scope: HostScope): ResolvedSettings {
  if (entry.loop?.pauseSeconds) return resolve(entry, scope);
  let known = resolved.get(entry.settings);
  if (known === undefined) {
    known = isConstant(entry.settings) && resolve(entry, scope);
    resolved.set(entry.settings, known);
  }
  return known || resolve(entry, scope);
}

/** Most settings hold no expression: they are the same on every host, and resolved once. False: these hold one. */
const resolved = new WeakMap<Settings, ResolvedSettings | false>();

function isConstant(settings: Settings): boolean {
  const single = settingKeywords.flatMap(({ name }) => settings[name] ?? []);
  return [...settings.environment, ...single].every(({ constant }) => constant);
}

function resolve({ settings, loop }: Entry, scope: HostScope): ResolvedSettings {
  const problems = new Map<string, unknown>();
  const attempt = <T>(keyword: string, otherwise: T, value: () => T): T => {
    try {
      return value();
    } catch (error) {
      problems.set(keyword, error);
      return otherwise;
    }
  };
  const values: Record<string, unknown> = {};
  for (const { keyword, name, kind, default: otherwise } of settingKeywords) {
    const template = settings[name];
    values[name] = !template
      ? otherwise
      : attempt(
          keyword,
          name === 'noLog' ? true : otherwise, // in doubt, hidden
          () => typed(keyword, kind, template.evaluate(scope), template.place) ?? otherwise,
        );
  }
  const environment: Record<string, string> = {};
  for (const template of settings.environment)
    attempt('environment', undefined, () =>
      Object.assign(environment, variablesIn(template.evaluate(scope), template.place)),
    );
  const pause = loop?.pauseSeconds;
  const pauseSeconds = !pause
    ? 0
    : attempt('pause', 0, () => typed('pause', 'number or expression', pause.evaluate(scope), pause.place) ?? 0);
  return { settings: { ...values, environment, pauseSeconds } as unknown as TaskSettings, problems };
}

/** The first thing that is wrong with settings, if any. */
export function firstProblem({ problems }: ResolvedSettings): unknown {
  return problems.values().next().value;
}

/** A value as the type of its keyword; undefined where it says nothing. Throws TemplateError where it is of another. */
function typed(
  keyword: string,
  kind: SettingKind,
  value: unknown,
  place: Place,
): boolean | number | string | undefined {
  if (value === undefined || value === null || value === omit || value === '') return undefined;
  const wrong = (expected: string): TemplateError =>
    new TemplateError(`'${keyword}' must be ${expected}, but it is ${shown(value)}`, place);
  const text = scalarText(value);
  if (kind === 'boolean or expression') {
    if (text === undefined || !(isTruthText(text) || isUntruthText(text))) throw wrong('true or false');
    return isTruthText(text);
  }
  if (kind === 'number or expression') {
    const number = text === undefined || typeof value === 'boolean' || text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isFinite(number) || number < 0) throw wrong('a number from 0 up');
    return number;
  }
  if (text === undefined) throw wrong('text');
  return text;
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** A map of environment variables, as text. */
function variablesIn(value: unknown, place: Place): Record<string, string> {
  if (value === undefined || value === null || value === omit) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new TemplateError('environment must be a map of names to text', place);
  for (const name of Object.keys(value))
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new TemplateError(`'${name}' cannot be the name of an environment variable`, place);
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
