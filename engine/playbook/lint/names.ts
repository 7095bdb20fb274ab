import type { Diagnostics } from '../../source/diagnostic.ts';
import { nearest, suggest } from '../../source/nearest.ts';
import { formatPlace } from '../../source/place.ts';
import { answers } from '../handlers.ts';
import { specialTags } from '../tags.ts';
import type { Entry, Play, Playbook, Task } from '../types.ts';
import { entriesOf } from '../walk.ts';

/** Warns about duplicate names of plays and tasks, and about handlers that are never notified. */
export function lintNames(playbook: Playbook, diagnostics: Diagnostics): void {
  warnTwice('play', playbook.plays.filter(isNamed), diagnostics);
  for (const play of playbook.plays) {
    for (const section of play.sections) lintList(section, diagnostics);
    lintHandlers(play, diagnostics);
  }
}

/** Reports tags from the command line that the playbook does not contain. */
export function checkTags(playbook: Playbook, given: readonly string[], diagnostics: Diagnostics): void {
  const known = new Set(specialTags);
  for (const play of playbook.plays)
    for (const { tags } of [play, ...entriesOf(play)]) for (const tag of tags) known.add(tag);
  for (const tag of given) {
    if (!known.has(tag))
      diagnostics.error('unknown-tag', undefined, `no task in the playbook has the tag '${tag}'`, suggest(tag, known));
  }
}

function lintList(entries: readonly Entry[], diagnostics: Diagnostics): void {
  // Tasks for different hosts often share a name, so only tasks with the same conditions are compared.
  const alike = new Map<string, Task[]>();
  for (const entry of entries) {
    if (entry.kind === 'block')
      for (const list of [entry.block, entry.rescue, entry.always]) lintList(list, diagnostics);
    if (entry.kind !== 'task' || entry.name === entry.module.name || entry.title) continue;
    const key = JSON.stringify([entry.place.file, entry.when.map((c) => c.source)]);
    const list = alike.get(key);
    if (list) list.push(entry);
    else alike.set(key, [entry]);
  }
  for (const list of alike.values()) warnTwice('task', list, diagnostics);
}

function warnTwice(what: 'play' | 'task', all: readonly (Play | Task)[], diagnostics: Diagnostics): void {
  const first = new Map<string, Play | Task>();
  for (const one of all) {
    const before = first.get(one.name);
    if (!before) first.set(one.name, one);
    else if (formatPlace(before.place) !== formatPlace(one.place))
      diagnostics.warning(
        'name-twice',
        one.place,
        `another ${what} has the name '${one.name}', at ${formatPlace(before.place)}`,
        'use distinct names, so that their results can be told apart',
      );
  }
}

/** A play without a name is named after its hosts. */
function isNamed({ name, hosts }: Play): boolean {
  return !hosts.constant || String(hosts.evaluate(nothing)) !== name;
}

const nothing = { lookup: () => undefined, names: () => [] };

/** Handlers of roles are not checked: they serve every use of the role. */
function lintHandlers(play: Play, diagnostics: Diagnostics): void {
  const notify = entriesOf(play).flatMap((entry) => entry.notify);
  if (notify.some((template) => !template.constant)) return;
  const notified = new Set(notify.map((template) => String(template.evaluate(nothing))));
  const unheard = [...notified].filter((n) => !play.handlers.some((handler) => answers(handler, n)));
  for (const handler of play.handlers) {
    if (handler.role || handler.title || [...notified].some((n) => answers(handler, n))) continue;
    if (nearest(handler.name, unheard) !== undefined) continue; // a misspelled notify is already reported
    const message = `nothing notifies the handler '${handler.name}'`;
    diagnostics.warning('unused-handler', handler.place, message, 'notify it, or remove it');
  }
}
