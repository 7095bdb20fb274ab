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

/**
 * What apt would not read: one such file, and every call of apt on the host fails until it is mended. Arguments that are
 * not known yet are missing here.
 */
export function sourceFaults(args: Readonly<Record<string, unknown>>): readonly string[] {
  if (args['state'] === 'absent') return [];
  const [types, uris, suites, components] = ['types', 'uris', 'suites', 'components'].map((name) =>
    wordsIn(args[name]),
  ) as [string[], string[], string[], string[]];
  const faults = [
    ...types
      .filter((type) => !['deb', 'deb-src'].includes(type))
      .map((type) => `types must be deb or deb-src, not '${type}'`),
    ...uris
      .filter((uri) => !/^[a-z][a-z0-9.+-]*:./.test(uri))
      .map((uri) => `'${uri}' is not a URI: write it with its scheme, such as https://`),
  ];
  for (const name of ['types', 'uris', 'suites'])
    if (args[name] !== undefined && wordsIn(args[name]).length === 0) faults.push(`${name} must not be empty`);
  const flat = suites.filter((suite) => suite.endsWith('/'));
  if (suites.length > flat.length && flat.length > 0)
    faults.push('suites of a flat repository (they end with /) and others need a repository each');
  else if (flat.length > 0 && components.length > 0)
    faults.push(`a flat repository has no components: remove them, or the / at the end of '${flat[0]}'`);
  else if (suites.length > 0 && flat.length === 0 && components.length === 0)
    faults.push(
      `the suite '${suites[0]}' needs components, such as main; a flat repository ends with /: '${suites[0]}/'`,
    );
  return faults;
}

/** Nothing of a value of another type: that is the schema's to say. */
function wordsIn(value: unknown): string[] {
  const texts = [value ?? []].flat().filter((text) => typeof text === 'string');
  return texts.flatMap((text) => text.split(/\s+/)).filter((word) => word !== '');
}
