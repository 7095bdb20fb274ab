import { isIPv6 } from 'node:net';
import { matchesStart } from '../expressions/functions/search.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import type { Place } from '../source/place.ts';
import { readRegular } from '../source/read-once.ts';
import { problemOf } from '../source/system-error.ts';
import type { Inventory } from './types.ts';

/**
 * The hosts that match an Ansible host pattern: parts separated by commas or colons. Plain parts are united (none means
 * all hosts), then each `&part` intersects, then each `!part` excludes. `@file` reads patterns from a file, one per line.
 * A part that matches nothing is an error, unless a host or group of its name may be added during the run.
 */
export function selectHosts(
  inventory: Inventory,
  pattern: string | readonly string[],
  place: Place | undefined,
  diagnostics: Diagnostics,
  mayAppear: (name: string) => boolean = () => false,
): string[] {
  const parts = [pattern]
    .flat()
    .flatMap(splitPattern)
    .flatMap((part) => (part.startsWith('@') ? partsOfFile(part.slice(1), place, diagnostics) : [part]));
  const match = (part: string): readonly string[] => matchPart(inventory, part, place, diagnostics, mayAppear);
  const plain = parts.filter((part) => !/^[&!]/.test(part));
  // A host takes precedence over a group of the same name.
  const begin = plain.flatMap((part) => (inventory.hosts.has(part) ? [part] : match(part)));
  let chosen = [...new Set(plain.length > 0 || parts.length === 0 ? begin : match('all'))];
  for (const part of parts.filter((p) => p.startsWith('&'))) {
    const kept = new Set(match(part.slice(1)));
    chosen = chosen.filter((host) => kept.has(host));
  }
  for (const part of parts.filter((p) => p.startsWith('!'))) {
    const gone = new Set(match(part.slice(1)));
    chosen = chosen.filter((host) => !gone.has(host));
  }
  return chosen;
}

/** Splits at commas if there are any, else at colons outside of brackets and addresses. */
function splitPattern(pattern: string): string[] {
  const whole = pattern.trim();
  const parts = whole.includes(',')
    ? whole.split(',')
    : (whole.includes(':') && isIPv6(whole)) || /^[^\s:&!]+:\d+$/.test(whole)
      ? [whole]
      : (whole.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? []);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function partsOfFile(file: string, place: Place | undefined, diagnostics: Diagnostics): string[] {
  try {
    const lines = readRegular(file)
      .toString('utf8')
      .split('\n')
      .map((line) => line.trim());
    return lines.filter((line) => line !== '' && !line.startsWith('#')).flatMap(splitPattern);
  } catch (error) {
    diagnostics.error('host-pattern-file', place, `the host pattern file ${file} cannot be read: ${problemOf(error)}`);
    return [];
  }
}

/** One part without its & or !. */
function matchPart(
  inventory: Inventory,
  part: string,
  place: Place | undefined,
  diagnostics: Diagnostics,
  mayAppear: (name: string) => boolean,
): readonly string[] {
  const [, base = part, index, first, last] = part.startsWith('~')
    ? []
    : (/^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(part) ?? []);
  const matched = matchName(inventory, base, place, diagnostics);
  if (matched === undefined) {
    if (mayAppear(base)) return [];
    const isName = !/^~|[*?[]/.test(base);
    const hint = isName ? suggest(base, [...inventory.groups.keys(), ...inventory.hosts.keys()]) : undefined;
    const message = isName ? `there is no host or group '${base}'` : `no host or group matches '${base}'`;
    diagnostics.error('unknown-host-pattern', place, message, hint);
    return [];
  }
  if (last !== undefined && last !== '' && Number(last) < Number(first))
    diagnostics.error(
      'host-pattern-index',
      place,
      `the range in '${part}' is reversed`,
      `write ${base}[${last}:${first}]`,
    );
  if (first !== undefined) return matched.slice(Number(first), last === '' ? undefined : Number(last) + 1);
  if (index === undefined || matched.length === 0) return matched;
  const host = matched.at(Number(index));
  if (host !== undefined) return [host];
  diagnostics.error(
    'host-pattern-index',
    place,
    `'${base}' has ${matched.length} hosts, none at [${index}]`,
    'the first host is [0], the last is [-1]',
  );
  return [];
}

/** The hosts of all matching groups; also matching hosts, if no group matches or the name is a pattern. */
function matchName(
  inventory: Inventory,
  name: string,
  place: Place | undefined,
  diagnostics: Diagnostics,
): readonly string[] | undefined {
  let test: (candidate: string) => boolean;
  try {
    test = matcher(name);
    test('');
  } catch (error) {
    diagnostics.error('host-pattern-regex', place, (error as Error).message);
    return [];
  }
  const groups = [...inventory.groups.values()].filter((group) => test(group.name));
  const special = /^~|[.?*[]/.test(name);
  const hosts = groups.length === 0 || special ? [...inventory.hosts.keys()].filter(test) : [];
  if (groups.length > 0 || hosts.length > 0) return [...new Set([...groups.flatMap((group) => group.hosts), ...hosts])];
  return name === 'localhost' || name === '127.0.0.1' || name === '::1' ? [name] : name === '*' ? [] : undefined;
}

/** `~` starts a regular expression, anchored at the start; otherwise *, ? and [abc] are shell wildcards. */
function matcher(name: string): (candidate: string) => boolean {
  if (name.startsWith('~')) return (candidate) => matchesStart(candidate, name.slice(1));
  if (!/[*?[]/.test(name)) return (candidate) => candidate === name;
  const glob = name.replaceAll(/\[!?[^\]]+\]|[^]/g, (token) => {
    if (token === '*') return '.*';
    if (token === '?') return '.';
    return token.length > 1
      ? token.replace('[!', '[^').replaceAll('\\', '\\\\')
      : token.replace(/[\\^$.|+()[\]{}]/, String.raw`\$&`);
  });
  const pattern = new RegExp(`^${glob}$`);
  return (candidate) => pattern.test(candidate);
}
