import { readFileSync } from 'node:fs';
import { formatPlace, type Place, shownPath } from './place.ts';

export type Severity = 'error' | 'warning';

/** One thing that is wrong in what the user wrote. `code` is stable: kebab-case, named for the subject. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly place?: Place;
  /** What to do about it, or the nearest right name. */
  readonly hint?: string;
}

/** Collects all that is wrong, so that one report can say it all before a host is touched. */
export class Diagnostics {
  readonly #list: Diagnostic[] = [];
  readonly #seen = new Set<string>();

  error(code: string, place: Place | undefined, message: string, hint?: string): void {
    this.#add('error', code, place, message, hint);
  }

  warning(code: string, place: Place | undefined, message: string, hint?: string): void {
    this.#add('warning', code, place, message, hint);
  }

  #add(severity: Severity, code: string, place: Place | undefined, message: string, hint: string | undefined): void {
    const key = `${code} ${place ? formatPlace(place) : ''} ${message}`;
    if (this.#seen.has(key)) return; // a role used twice is still wrong only once
    this.#seen.add(key);
    this.#list.push({ code, severity, message, ...(place && { place }), ...(hint !== undefined && { hint }) });
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

/** Thrown where work cannot go on because of what the user wrote; carries every diagnostic found so far. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => d.message).join('\n'));
    this.diagnostics = diagnostics;
  }
}

/** The text that a person reads: severity, message, place, the line itself with a caret, and the hint. */
export function formatDiagnostic(d: Diagnostic, readSource: (file: string) => string | undefined = readFile): string {
  const lines = [`${d.severity}: ${d.message} [${d.code}]`];
  if (d.place) {
    lines.push(`  --> ${formatPlace({ ...d.place, file: shownPath(d.place.file) })}`);
    const line = readSource(d.place.file)?.split('\n')[d.place.line - 1];
    if (line !== undefined) {
      const number = String(d.place.line);
      const caret = '^'.repeat(Math.max(1, Math.min(d.place.length ?? 1, line.length - d.place.column + 1)));
      const indent = line.slice(0, d.place.column - 1).replace(/[^\t]/g, ' ');
      lines.push(`  ${number} | ${line}`, `  ${' '.repeat(number.length)} | ${indent}${caret}`);
    }
  }
  if (d.hint !== undefined) lines.push(`  ${d.hint}`);
  return lines.join('\n');
}

function readFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // the excerpt is a courtesy: the diagnostic stands without it
  }
}
