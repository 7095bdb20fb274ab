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
