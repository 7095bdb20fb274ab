import { sh } from '../../engine/module/quote.ts';

type Words = string | readonly string[];

export interface Sources {
  readonly types: Words;
  readonly uris: Words;
  readonly suites: Words;
  readonly components?: Words;
  readonly architectures?: Words;
  readonly signedBy: string | undefined;
  readonly enabled: boolean;
}

/** The text of a .sources file (deb822). */
export function sourcesText({ types, uris, suites, components, architectures, signedBy, enabled }: Sources): string {
  const fields: [string, Words | undefined][] = [
    ...(enabled ? [] : [['Enabled', 'no'] as [string, Words]]),
    ['Types', types],
    ['URIs', uris],
    ['Suites', suites],
    ['Components', components],
    ['Architectures', architectures],
    ['Signed-By', signedBy],
  ];
  const lines = fields
    .map(([name, value]) => [name, [value ?? []].flat().join(' ')] as const)
    .filter(([, value]) => value !== '');
  return lines.map(([name, value]) => `${name}: ${value}\n`).join('');
}

/** Prints what is at an address, with what the host has: curl, wget, or apt's own helper. */
export function fetchKey(url: string): string {
  return sh`if command -v curl >/dev/null 2>&1; then curl -q -fsSL --max-time 60 -- ${url}; elif command -v wget >/dev/null 2>&1; then wget -q --tries=2 --timeout=30 -O - -- ${url}; else file=$(mktemp) && trap 'rm -f -- "$file"' EXIT && /usr/lib/apt/apt-helper download-file ${url} "$file" >&2 && cat "$file"; fi`;
}
