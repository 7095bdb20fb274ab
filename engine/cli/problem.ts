import { type Diagnostic, formatDiagnostic, InvalidInput } from '../source/diagnostic.ts';

/** Tells what ended a command, on stderr. Returns the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof InvalidInput) {
    process.stderr.write(`${reportOf(error.diagnostics)}\n\n${count(error.diagnostics)}. No host was touched.\n`);
    return 1;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`error: ${error.message}\n`);
    return 1;
  }
  const bug = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`error: this is a bug in tsplay: please report it with this text\n${bug}\n`);
  return 70;
}

/** The command line asks for something that cannot be. */
export class UsageError extends Error {}

/** All of them, as a person reads them. */
export function reportOf(diagnostics: readonly Diagnostic[]): string {
  return inOrder(diagnostics)
    .map((d) => formatDiagnostic(d))
    .join('\n\n');
}

/** What has no place first, then file by file, each from its beginning to its end. */
export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(diagnostics.map((d) => d.place?.file))];
  const rank = ({ place }: Diagnostic): number => (place ? files.indexOf(place.file) : -1);
  return diagnostics.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
}

export function count(diagnostics: readonly Diagnostic[]): string {
  const of = (severity: string): number => diagnostics.filter((d) => d.severity === severity).length;
  const [errors, warnings] = [of('error'), of('warning')];
  const told = errors === 0 ? 'No errors' : countOf(errors, 'error');
  return warnings === 0 ? told : `${told}, ${countOf(warnings, 'warning')}`;
}

export function countOf(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
