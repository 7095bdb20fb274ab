import { createHash, createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readOnce, readRegular } from '../../source/read-once.ts';
import { problemOf } from '../../source/system-error.ts';
import { type Target, Unreachable } from '../types.ts';
import { keyType } from './public-key.ts';

/** A line of a known_hosts file that says something about a key. */
export interface KnownHost {
  readonly file: string;
  readonly line: number;
  readonly names: string;
  readonly type: string;
  /** The key as in the file: base64. */
  readonly key: string;
  readonly revoked: boolean;
  /** The key of an authority that signs the keys of hosts. */
  readonly authority?: true;
}

export type Verdict =
  | { readonly kind: 'known' }
  /** No line names this host. */
  | { readonly kind: 'unknown' }
  /** Lines name this host, none with this key. */
  | { readonly kind: 'changed'; readonly expected: readonly KnownHost[] }
  | { readonly kind: 'revoked'; readonly at: KnownHost };

/** Reads the form of OpenSSH. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split('\n').flatMap((content, i) => {
    const words = content.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [names, type, key] = words;
    if (names === undefined || names.startsWith('#') || type === undefined || key === undefined) return [];
    const line = { file, line: i + 1, names, type, key, revoked: marker === '@revoked' };
    if (marker === '@cert-authority') return [{ ...line, authority: true as const }];
    return marker === undefined || line.revoked ? [line] : [];
  });
}

/** A file that may have said something must not count as one that says nothing. */
function contentOf(file: string): Buffer {
  try {
    return readOnce(file);
  } catch (error) {
    throw new Unreachable(`${file}, a known_hosts file, cannot be read: ${problemOf(error)}`);
  }
}

/** The known_hosts files of a run, parsed once for as long as they do not change. */
export class KnownHostsCache {
  readonly #byFiles = new Map<
    string,
    { readonly contents: readonly (Buffer | undefined)[]; readonly lines: readonly KnownHost[] }
  >();

  /** All lines of the files; a missing file has none. Returns the same list again while no file has changed. */
  read(files: readonly string[]): readonly KnownHost[] {
    const contents = files.map((file) => (existsSync(file) ? contentOf(file) : undefined));
    const names = files.join('\0');
    const before = this.#byFiles.get(names);
    if (before && contents.every((content, i) => content === before.contents[i])) return before.lines;
    const lines = files.flatMap((file, i) => parseKnownHosts(contents[i]?.toString('utf8') ?? '', file));
    this.#byFiles.set(names, { contents, lines });
    return lines;
  }
}

/** The name under which known_hosts has the key of a target. */
export function keyName({ hostKeyAlias, address, port }: Target): string {
  return hostKeyAlias?.toLowerCase() ?? hostName(address, port);
}

/** The name of a host in known_hosts. */
export function hostName(address: string, port: number): string {
  return port === 22 ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`;
}

/** Lines by the names in them, and those whose names have to be tried: hashes and patterns. */
interface Index {
  readonly plain: ReadonlyMap<string, readonly KnownHost[]>;
  readonly others: readonly KnownHost[];
}

const indexes = new WeakMap<readonly KnownHost[], Index>();

function indexOf(lines: readonly KnownHost[]): Index {
  const before = indexes.get(lines);
  if (before) return before;
  const plain = new Map<string, KnownHost[]>();
  const others: KnownHost[] = [];
  for (const line of lines) {
    if (/^\|1\||[*?!]/.test(line.names)) others.push(line);
    else
      for (const name of new Set(line.names.toLowerCase().split(',')))
        plain.set(name, [...(plain.get(name) ?? []), line]);
  }
  const index = { plain, others };
  indexes.set(lines, index);
  return index;
}

export function linesFor(lines: readonly KnownHost[], name: string): KnownHost[] {
  const { plain, others } = indexOf(lines);
  const tried = others.filter(({ names }) =>
    names.startsWith('|1|') ? matchesHash(names, name) : matchesPatterns(names.toLowerCase().split(','), name),
  );
  return [...(plain.get(name) ?? []), ...tried];
}

export function verify(lines: readonly KnownHost[], name: string, key: Buffer): Verdict {
  const here = linesFor(lines, name).filter(({ authority }) => !authority);
  const same = here.filter((line) => line.type === keyType(key) && Buffer.from(line.key, 'base64').equals(key));
  const revoked = same.find((line) => line.revoked);
  if (revoked) return { kind: 'revoked', at: revoked };
  if (same.length > 0) return { kind: 'known' };
  const expected = here.filter((line) => !line.revoked);
  return expected.length > 0 ? { kind: 'changed', expected } : { kind: 'unknown' };
}

export async function addKnownHost(file: string, name: string, key: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const text = existsSync(file) ? readRegular(file).toString('utf8') : '';
  const line = `${name} ${keyType(key)} ${key.toString('base64')}\n`;
  await appendFile(file, text === '' || text.endsWith('\n') ? line : `\n${line}`, { mode: 0o600 });
}

/** The signature algorithms to offer, best first: those of the known keys before all others, as the server picks the first that it has. */
export function algorithmsFor<A extends string>(known: readonly KnownHost[], supported: readonly A[]): A[] {
  const types = new Set(known.filter(({ revoked, authority }) => !revoked && !authority).map((line) => line.type));
  const isKnown = (algorithm: string) => types.has(algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm);
  return [...supported.filter(isKnown), ...supported.filter((algorithm) => !isKnown(algorithm))];
}

/** As `ssh-keygen -l` shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function matchesHash(names: string, name: string): boolean {
  const [, , salt = '', hash] = names.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function matchesPatterns(patterns: readonly string[], name: string): boolean {
  const matches = (pattern: string) =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    ).test(name);
  if (patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1)))) return false;
  return patterns.some((pattern) => matches(pattern));
}
