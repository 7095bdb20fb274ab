import { type Diagnostic, formatDiagnostic, InvalidInput } from '../source/diagnostic.ts';
import type { Secrets } from '../vault/redaction.ts';

/** Of the command that runs. A bug may come up anywhere, and its words may be anything. */
let secrets: Secrets | undefined;

/** What is in here from now on is not seen in what ends the command. */
export function neverShow(known: Secrets): void {
  secrets = known;
}

/** Tells what ended a command, on stderr. Returns the exit code. */
export function reportError(error: unknown): number {
  const tell = (text: string): void => void process.stderr.write(`${secrets?.text(text) ?? text}\n`);
  if (error instanceof InvalidInput) {
    tell(`${reportOf(error.diagnostics)}\n\n${count(error.diagnostics)}. No host was touched.`);
    return 1;
  }
  if (error instanceof UsageError) {
    tell(`error: ${error.message}`);
    return 1;
  }
  const bug = error instanceof Error ? (error.stack ?? error.message) : String(error);
  tell(`error: this is a bug in tsplay or a module: please report it with this text\n${bug}`);
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
