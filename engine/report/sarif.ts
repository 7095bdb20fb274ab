import { isAbsolute, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codes } from '../source/codes.ts';
import type { Diagnostic } from '../source/diagnostic.ts';
import { harmlessJson } from '../source/harmless.ts';
import type { Place } from '../source/place.ts';
import type { Checked } from './view.ts';

export function sarifText({ diagnostics, version, root }: Checked): string {
  return `${harmlessJson(JSON.stringify(sarif(diagnostics, version, root), null, 2))}\n`;
}

/** Diagnostics as SARIF 2.1.0, which code hosts and editors read; the paths of files below `root` are relative to it. */
export function sarif(diagnostics: readonly Diagnostic[], version: string, root: string): object {
  const rules = [...new Set(diagnostics.map((d) => d.code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'tsplay',
            version,
            rules: rules.map((id) => ({ id, shortDescription: { text: codes[id] } })),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { ROOT: { uri: `${pathToFileURL(root).href}/` } },
        results: diagnostics.map(({ code, severity, message, hint, place }) => ({
          ruleId: code,
          ruleIndex: rules.indexOf(code),
          level: severity,
          message: { text: hint === undefined ? message : `${message} (${hint})` },
          ...(place && { locations: [{ physicalLocation: location(place, root) }] }),
        })),
      },
    ],
  };
}

function location({ file, line, column, length }: Place, root: string): object {
  const path = isAbsolute(file) ? relative(root, file) : file;
  const inside = !path.startsWith('..');
  return {
    artifactLocation: inside
      ? { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: 'ROOT' }
      : { uri: pathToFileURL(file).href },
    region: { startLine: line, startColumn: column, ...(length !== undefined && { endColumn: column + length }) },
  };
}
