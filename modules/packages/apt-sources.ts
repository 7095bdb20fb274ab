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
