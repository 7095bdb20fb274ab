import { formatDiagnostic, InvalidInput } from '../source/diagnostic.ts';

/** Tells what ended a command, on stderr. Returns the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof InvalidInput) {
    process.stderr.write(`${error.diagnostics.map((d) => formatDiagnostic(d)).join('\n\n')}\n\n${count(error)}\n`);
    return 1;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`tsplay: ${error.message}\n`);
    return 1;
  }
  const bug = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`tsplay: a bug: please report it with this text\n${bug}\n`);
  return 70;
}

/** The command line asks for something that cannot be. */
export class UsageError extends Error {}

function count(error: InvalidInput): string {
  const errors = error.diagnostics.filter((d) => d.severity === 'error').length;
  return `${errors} ${errors === 1 ? 'error' : 'errors'}. No host was touched.`;
}
