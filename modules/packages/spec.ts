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
    const [, name, version] = /^([a-z0-9][a-z0-9+.-]*(?::[a-z0-9-]+)?)(?:=(\S+))?$/.exec(word) ?? [];
    if (name === undefined)
      throw new TaskFailure(`'${word}' is not a valid package name`, {
        hint: 'package names are lowercase: `curl` or `kubelet=1.36.*`',
      });
    if (version !== undefined && state !== 'present')
      throw new TaskFailure(`'${word}' has a version, which requires state: present`);
    return { name, word, ...(version !== undefined && { version }) };
  });
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
