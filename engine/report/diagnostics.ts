import { formatDiagnostic } from '../source/diagnostic.ts';
import { harmless, harmlessJson } from '../source/harmless.ts';
import { shownPath } from '../source/place.ts';
import type { Checked } from './view.ts';

/** Each problem with its line, then the summary. */
export function diagnosticsText({ diagnostics, summary }: Checked): string {
  return `${diagnostics.map((found) => `${formatDiagnostic(found)}\n\n`).join('')}${harmless(summary)}\n`;
}

/** The same for programs. */
export function diagnosticsJson({ diagnostics }: Checked): string {
  const count = (severity: string): number => diagnostics.filter((found) => found.severity === severity).length;
  const report = {
    errors: count('error'),
    warnings: count('warning'),
    diagnostics: diagnostics.map(({ place, ...rest }) => ({
      ...rest,
      ...(place && { ...place, file: shownPath(place.file) }),
    })),
  };
  return `${harmlessJson(JSON.stringify(report, null, 2))}\n`;
}
