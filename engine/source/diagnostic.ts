import type { Code } from './codes.ts';
import { printable } from './harmless.ts';
import { formatPlace, type Place, shownPath } from './place.ts';
import { readRegular } from './read-once.ts';

export type Severity = 'error' | 'warning';

/** One problem in the user's files. */
export interface Diagnostic {
  /** Stable; explained in codes.ts. */
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly place?: Place;
  /** How to fix it, or the most similar valid name. */
  readonly hint?: string;
}

/** Collects all problems, so that one report covers them before a host is contacted. */
export class Diagnostics {
  readonly #list: Diagnostic[] = [];
  readonly #seen = new Set<string>();
  readonly #strict: boolean;

  /** `strict`: warnings are errors. */
  constructor({ strict = false }: { strict?: boolean } = {}) {
    this.#strict = strict;
  }

  error(code: Code, place: Place | undefined, message: string, hint?: string): void {
    this.#add('error', code, place, message, hint);
  }

  warning(code: Code, place: Place | undefined, message: string, hint?: string): void {
    this.#add('warning', code, place, message, hint);
  }

  #add(severity: Severity, code: Code, place: Place | undefined, message: string, hint: string | undefined): void {
    const key = `${code} ${place ? formatPlace(place) : ''} ${message}`;
    if (this.#seen.has(key)) return; // report a role that is used twice only once
    this.#seen.add(key);
    this.#list.push({
      code,
      severity: this.#strict ? 'error' : severity,
      message,
      ...(place && { place }),
      ...(hint !== undefined && { hint }),
    });
  }

  /** Adds diagnostics collected elsewhere. */
  add(found: Iterable<Diagnostic>): void {
    for (const d of found) this.#add(d.severity, d.code, d.place, d.message, d.hint);
  }

  get all(): readonly Diagnostic[] {
    return this.#list;
  }

  get errors(): readonly Diagnostic[] {
    return this.#list.filter((d) => d.severity === 'error');
  }

  get hasErrors(): boolean {
    return this.#list.some((d) => d.severity === 'error');
  }
}

/** Thrown when the user's files are invalid; carries all diagnostics found so far. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => d.message).join('\n'));
    this.diagnostics = diagnostics;
  }
}

/** The readable form: severity, message, place, source line with a caret, and hint. */
export function formatDiagnostic(d: Diagnostic, readSource: (file: string) => string | undefined = readFile): string {
  const lines = [`${d.severity}: ${printable(d.message)} [${d.code}]`];
  if (d.place) {
    lines.push(`  --> ${printable(formatPlace({ ...d.place, file: shownPath(d.place.file) }))}`);
    const line = readSource(d.place.file)?.split('\n')[d.place.line - 1];
    if (line !== undefined) lines.push(...excerpt(line, d.place));
  }
  if (d.hint !== undefined) lines.push(`  ${printable(d.hint)}`);
  return lines.join('\n');
}

const widest = 160;

/** The source line with a caret under the place; a very long line is shortened. */
function excerpt(line: string, { line: number, column, length = 1 }: Place): string[] {
  const from = line.length <= widest ? 0 : Math.max(0, Math.min(column - 1 - widest / 2, line.length - widest));
  const shown = printable(line.slice(from, from + widest));
  const at = column - 1 - from;
  const caret = '^'.repeat(Math.max(1, Math.min(length, shown.length - at)));
  const [before, after] = [from > 0 ? '…' : '', from + shown.length < line.length ? '…' : ''];
  const gutter = ' '.repeat(String(number).length);
  const indent = `${before}${shown.slice(0, at)}`.replace(/[^\t]/g, ' ');
  return [`  ${number} | ${before}${shown}${after}`.trimEnd(), `  ${gutter} | ${indent}${caret}`];
}

function readFile(file: string): string | undefined {
  try {
    const text = readRegular(file).toString('utf8');
    return text.startsWith('$ANSIBLE_VAULT') ? undefined : text.replace(/^\uFEFF/, ''); // its places refer to the decrypted text
  } catch {
    return undefined; // the excerpt is optional
  }
}
