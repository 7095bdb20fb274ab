import { TaskFailure } from '../../engine/module/failure.ts';

/** One requested package. */
export interface Spec {
  readonly name: string;
  /** May hold the wildcards of apt: `1.36.*`. */
  readonly version?: string;
  /** The word for apt-get. */
  readonly word: string;
}

/** From `name` of apt: one text or several, each with commas between packages if need be. */
export function parseSpecs(names: string | readonly string[], state: 'present' | 'absent' | 'latest'): Spec[] {
  const words = (typeof names === 'string' ? [names] : names)
    .flatMap((text) => text.split(','))
    .map((word) => word.trim());
  return words.filter(Boolean).map((word) => {
    const [, written, version] = /^([a-z0-9][a-z0-9+.-]*(?<!-)(?::[a-z0-9-]+)?)(?:=([\w.+:~*?-]+))?$/.exec(word) ?? [];
    const name = written?.replace(/:(?:any|native)$/, ''); // dpkg knows no such architectures
    // apt-get removes what is installed for a name with a dash at its end.
    if (name === undefined)
      throw new TaskFailure(`'${word}' is not a valid package name`, {
        hint: 'package names are lowercase: `curl` or `kubelet=1.36.*`',
      });
    if (version !== undefined && state !== 'present')
      throw new TaskFailure(`'${word}' has a version, which requires state: present`);
    return { name, word, ...(version !== undefined && { version }) };
  });
}

/** What is wrong with `name` of apt, before anything is known of a host. */
export function specFault(names: unknown, state: unknown): string | undefined {
  const texts = [names ?? []].flat().filter((text) => typeof text === 'string');
  try {
    parseSpecs(texts, state === 'absent' || state === 'latest' ? state : 'present');
    return undefined;
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error;
    return error.hint === undefined ? error.message : `${error.message}: ${error.hint}`;
  }
}

/** Whether a version is the one asked for, as apt compares them. */
export function matches(pattern: string | undefined, version: string): boolean {
  if (pattern === undefined || pattern === version) return true;
  const expression = pattern
    .replace(/[.+^${}()|\\[\]~]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(version);
}
