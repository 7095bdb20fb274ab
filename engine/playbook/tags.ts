const untagged: ReadonlySet<string> = new Set(['untagged']);

/** Tags with a built-in meaning; any other must exist on a task. */
export const specialTags: readonly string[] = ['all', 'tagged', 'untagged', 'always', 'never'];

/**
 * Whether a task with these tags runs under `--tags only --skip-tags skip`: `only` selects (empty means all), then `skip`
 * excludes. `always` is selected by any tag, `never` only by another tag of the task; both can be skipped by name.
 */
export function selected(tags: ReadonlySet<string>, only: readonly string[], skip: readonly string[]): boolean {
  const own = tags.size > 0 ? tags : untagged;
  const all = only.length === 0 || only.includes('all');
  const chosen =
    own.has('always') ||
    (all && !own.has('never')) ||
    only.some((tag) => own.has(tag)) ||
    (only.includes('tagged') && tags.size > 0 && !own.has('never'));
  if (!chosen) return false;
  if (skip.includes('all')) return own.has('always') && !skip.includes('always');
  return !skip.some((tag) => own.has(tag)) && !(skip.includes('tagged') && tags.size > 0);
}
