import type { Condition, Template } from '../../expressions/types.ts';
import type { Diagnostics } from '../../source/diagnostic.ts';
import type { Entry, Playbook } from '../types.ts';
import { entriesOf } from '../walk.ts';
import type { LintContext } from './state.ts';

/** Warns about unreachable tasks, constant conditions, and become_user without become. */
export function lintFlow(playbook: Playbook, { become }: LintContext, diagnostics: Diagnostics): void {
  for (const play of playbook.plays) {
    lintList(play.sections.flat(), diagnostics);
    for (const entry of entriesOf(play)) for (const condition of entry.when) lintCondition(condition, diagnostics);
  }
  if (!become) lintBecome(playbook, diagnostics);
}

function lintCondition(condition: Condition, diagnostics: Diagnostics): void {
  const value = constantOf(condition);
  if (value === undefined) return;
  diagnostics.warning(
    'constant-condition',
    condition.place,
    value ? 'this condition is always true' : 'this condition is always false, so what it applies to never runs',
    value ? 'remove it' : "to run a task only on demand, give it the tag 'never'",
  );
}

function constantOf(condition: Condition): boolean | undefined {
  if (condition.references.length > 0) return undefined;
  try {
    return condition.holds(nothing);
  } catch {
    return undefined; // its errors are reported elsewhere
  }
}

const nothing = { lookup: () => undefined, names: () => [] };

/** Warns about the first entry after one that always ends the play; returns the latter. */
function lintList(entries: readonly Entry[], diagnostics: Diagnostics): Entry | undefined {
  let end: Entry | undefined;
  for (const entry of entries) {
    const { line } = end?.place ?? {};
    if (end && [...end.tags].every((tag) => entry.tags.has(tag))) {
      const at = end.place.file === entry.place.file ? `on line ${line}` : `at ${end.place.file}:${line}`;
      diagnostics.warning(
        'unreachable-task',
        entry.place,
        `this never runs: '${end.name}' ${at} always ends the play`,
        'add a condition to it, or remove the entries after it',
      );
      return end;
    }
    const ending = entry.kind === 'block' ? endOfBlock(entry, diagnostics) : alwaysEnds(entry) ? entry : undefined;
    if (entry.when.length === 0) end ??= ending;
  }
  return end;
}

function endOfBlock(block: Entry & { kind: 'block' }, diagnostics: Diagnostics): Entry | undefined {
  const end = lintList(block.block, diagnostics);
  const [rescue, always] = [lintList(block.rescue, diagnostics), lintList(block.always, diagnostics)];
  if (always) return always;
  return end?.kind === 'meta' || block.rescue.length === 0 ? end : rescue && end;
}

/** Whether it ends the play on every host whenever it runs. */
function alwaysEnds(entry: Entry): boolean {
  if (entry.when.length > 0 || entry.tags.has('never')) return false;
  if (entry.kind === 'meta') return ['end_play', 'end_host', 'end_batch'].includes(entry.action);
  if (entry.kind !== 'task' || !entry.module.alwaysFails) return false;
  return !entry.loop && !entry.failedWhen && entry.settings.ignoreErrors === undefined;
}

/** Warns about a become_user that no entry inheriting it combines with become. */
function lintBecome(playbook: Playbook, diagnostics: Diagnostics): void {
  const users = new Map<Template, boolean>();
  for (const play of playbook.plays)
    for (const { settings } of [play, ...entriesOf(play)]) {
      const { become, becomeUser } = settings;
      const becomes = become !== undefined && !(become.constant && become.evaluate(nothing) === false);
      if (becomeUser) users.set(becomeUser, (users.get(becomeUser) ?? false) || becomes);
    }
  for (const [user, used] of users)
    if (!used)
      diagnostics.warning(
        'become-user-alone',
        user.place,
        "'become_user' has no effect without 'become'",
        'add: become: true',
      );
}
