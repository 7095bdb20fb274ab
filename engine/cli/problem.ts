import { type Diagnostic, formatDiagnostic, InvalidInput } from '../source/diagnostic.ts';
import { harmless } from '../source/harmless.ts';
import { systemProblem } from '../source/system-error.ts';
import type { Secrets } from '../vault/redaction.ts';

/** Of the running command. A bug can occur anywhere, and its message can contain anything. */
let secrets: Secrets | undefined;

/** Masks these secrets in the error that ends the command. */
export function neverShow(known: Secrets): void {
  secrets = known;
}

/** Prints the error that ended a command to stderr. Returns the exit code. */
export function reportError(error: unknown): number {
  const print = (text: string): void => void process.stderr.write(`${harmless(secrets?.text(text) ?? text)}\n`);
  if (error instanceof InvalidInput) {
    print(`${reportOf(error.diagnostics)}\n\n${count(error.diagnostics)}. No host was touched.`);
    return 1;
  }
  if (error instanceof UsageError) {
    print(`error: ${error.message}`);
    return 1;
  }
  if (error instanceof AggregateError && error.errors.length > 0)
    return Math.max(...error.errors.map((one: unknown) => reportError(one)));
  const refused = systemProblem(error);
  if (refused !== undefined) {
    print(`error: ${refused}`);
    return 1;
  }
  const bug = error instanceof Error ? (error.stack ?? error.message) : String(error);
  print(`error: this is a bug in tsplay or a module: please report it with this text\n${bug}`);
  return 70;
}

export const noInventory = 'no inventory: name one with -i, e.g. -i inventory/lab.yml, or in tsplay.yml';

/** The command line asks for something impossible. */
export class UsageError extends Error {}

/** All of them, for a person. */
export function reportOf(diagnostics: readonly Diagnostic[]): string {
  return inOrder(diagnostics)
    .map((d) => formatDiagnostic(d))
    .join('\n\n');
}

/** Those without a place first, then by file and position. */
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
  const shown = errors === 0 ? 'No errors' : countOf(errors, 'error');
  return warnings === 0 ? shown : `${shown}, ${countOf(warnings, 'warning')}`;
}

export function countOf(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
