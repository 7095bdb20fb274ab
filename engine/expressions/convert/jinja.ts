/** What people who know Jinja (or other languages) write in conditions, and how to write it in CEL. */
const habits: readonly (readonly [RegExp, string])[] = [
  [/\{\{|\}\}/, 'expressions need no {{ }}: remove them'],
  [/\bis\s+not\s+defined\b|\bis\s+undefined\b/, 'write !defined(name)'],
  [/\bis\s+defined\b/, 'write defined(name)'],
  [
    /\bis\s+(not\s+)?(changed|failed|skipped|succeeded|success)\b/,
    'write result.changed, result.failed, result.skipped',
  ],
  [/\bis\s+(not\s+)?(search|match|regex)\b/, 'write search(text, pattern)'],
  [/\bis\s+(not\s+)?version\b|\|\s*version/, "write versionAtLeast(version, '1.2') or versionCompare(a, b) < 0"],
  [/\bis\s+(not\s+)?none\b/i, 'write x == null'],
  [/\bnot\s+in\b/, 'write !(a in b)'],
  [/\bnot\b/, 'write !x'],
  [/\b(and|or)\b/, 'write && for and, || for or'],
  [/\|\s*default\b/, "write result.?key.orValue('x'), or defined(x) ? x : 'y'"],
  [/\|\s*(length|count)\b/, 'write size(x)'],
  [/(?<!\|)\|(?!\|)/, 'filters are functions here: lower(x), int(x), size(x)'],
  [/[=!]==/, 'compare with == and !='],
  [/(?<![=!<>])=(?!=)/, 'compare with =='],
  [/\blen\(/, 'write size(x)'],
  [/\.match\(/, 'write search(text, pattern)'],
  [/\$\w/, 'write the variable without $'],
  [/\bif\b.*\belse\b/, 'write condition ? a : b'],
  [/~/, 'join texts with +'],
  [/\.\d/, 'write a list position as xs[0]'],
];

/** The first habit found in an expression, and where; quoted text is ignored. */
export function celHabit(source: string): { readonly hint: string; readonly offset: number } | undefined {
  const code = source.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, (text) => "'".repeat(text.length));
  for (const [pattern, hint] of habits) {
    const found = pattern.exec(code);
    if (found) return { hint, offset: found.index };
  }
  return undefined;
}

const term = String.raw`('[^']*'|"[^"]*"|[\w.@]+)`;

/** Jinja that is made of words, and what to write in a template instead. */
const inTemplates: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`^${term}\\s+is\\s+defined$`), '{{ defined $1 }}'],
  [new RegExp(`^${term}\\s+is\\s+(?:not\\s+defined|undefined)$`), '{{ not (defined $1) }}'],
  [new RegExp(`^${term}\\s+is\\s+(?:not\\s+)?none$`, 'i'), '{{ eq $1 null }}, or ne'],
  [new RegExp(`^${term}\\s+is\\s+(changed|failed|skipped)$`), '{{ $1.$2 }}'],
  [new RegExp(`^${term}\\s+is\\s+(?:succeeded|success)$`), '{{ not $1.failed }}'],
  [new RegExp(`^${term}\\s+not\\s+in\\s+${term}$`), '{{ not (in $1 $2) }}'],
  [new RegExp(`^${term}\\s+in\\s+${term}$`), '{{ in $1 $2 }}'],
  [new RegExp(`^${term}\\s+(and|or)\\s+${term}$`), '{{ $2 $1 $3 }}'],
  [new RegExp(`^${term}\\s+if\\s+${term}\\s+else\\s+${term}$`), '{{#if $2}}{{ $1 }}{{else}}{{ $3 }}{{/if}}'],
  [/^not\s+(?:'[^']*'|"[^"]*"|[\w.@]+)\s+is\s+defined$/, '{{ not (defined x) }}'],
  [/\sif\s/, '{{#if x}}a{{else}}b{{/if}}'],
  [/\s(?:and|or)\s/, '{{ and a b }}, {{ or a b }}; calls inside others stand in parentheses'],
  [/\sin\s/, '{{ in value list }}'],
  [/\sis\s/, '{{ defined x }}, {{ eq a b }}, {{ search text pattern }} …: tests are helpers here'],
];

/** What to write instead of an expression of Jinja in a template; undefined where it is none. */
export function templateHabit(source: string): string | undefined {
  const text = source.trim().replaceAll(/\s+/g, ' ');
  if (!/\s(?:is|in|and|or|if|not)\s/.test(` ${text.replaceAll(/'[^']*'|"[^"]*"/g, "''").replace(/^\S+/, 'x')} `))
    return undefined;
  const found = inTemplates.find(([pattern]) => pattern.test(text));
  return found && `write ${found[0].exec(text)![0] === text ? text.replace(found[0], found[1]) : found[1]}`;
}
