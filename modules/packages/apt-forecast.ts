import { createHash } from 'node:crypto';
import type { Probe } from '../../engine/module/probe.ts';
import type { Present } from '../files/path-state.ts';
import { type AptStep, forecastScript } from './apt-forecast-script.ts';
import { merged } from './upcoming.ts';

/** What packages that are not installed yet contain. */
export interface AptForecast {
  /** Versions by name, of those that will be unpacked. */
  readonly packages: ReadonlyMap<string, string>;
  /** Names of those that are there already in another version. */
  readonly upgraded: ReadonlySet<string>;
  /** Some were removed before without their configuration: dpkg keeps to what was done to it. */
  readonly leftovers: boolean;
  /** What they put at a path, without a leading /usr before bin, sbin and lib (see `merged`). */
  readonly entries: ReadonlyMap<string, Present>;
  /** Which package puts a program into a folder of programs, by its name. */
  readonly programs: ReadonlyMap<string, string>;
  /** Contents of their configuration and units, by path. */
  readonly texts: ReadonlyMap<string, Buffer>;
  /** Their maintainer scripts and the snippets for tmpfiles and sysusers. */
  readonly scripts: readonly string[];
  /** The host has a local policy on which services may start. */
  readonly policy: boolean;
}

/**
 * Lets apt fetch the packages and inspects them; null if that is not possible. Everything stays in the host's memory
 * (/dev/shm), is removed at the end, and takes seconds: asked only in check mode, and only when a later task asks for
 * something that is not there.
 */
export function aptForecast(steps: readonly AptStep[]): Probe<AptForecast | null> {
  return {
    key: `apt-forecast:${createHash('sha256').update(JSON.stringify(steps)).digest('hex')}`,
    follows: aptBase,
    script: forecastScript(steps),
    parse: (out) => (out.code === 0 ? forecastOf(out.stdout) : null),
  };
}

/** Everything a forecast depends on, as one digest: what is installed, where packages come from, and what is known of them. */
const aptBase: Probe<string> = {
  key: 'apt-base:',
  script:
    '{ id -u; dpkg --print-architecture; cat /var/lib/dpkg/status; find /etc/apt -type f | sort | while read -r file; do cat "$file"; done; ls -ln --time-style=+ /var/lib/apt/lists; ls /usr/sbin/policy-rc.d; } 2>/dev/null | sha256sum',
  parse: ({ stdout }) => stdout.slice(0, 64),
};

function forecastOf(said: string): AptForecast {
  const packages = new Map<string, string>();
  const upgraded = new Set<string>();
  const entries = new Map<string, Present>();
  const programs = new Map<string, string>();
  const texts = new Map<string, Buffer>();
  const scripts: string[] = [];
  let owner = '';
  let [leftovers, policy] = [false, false];
  for (const line of said.split('\n')) {
    const [kind, one = '', two = ''] = line.split(' ');
    if (kind === 'package') packages.set(one, two);
    else if (kind === 'old' && one === 'config-files') leftovers = true;
    else if (kind === 'old' && one !== 'not-installed') upgraded.add(two);
    else if (kind === 'policy') policy = true;
    else if (kind === 'from') owner = one;
    else if (kind === 'script') scripts.push(Buffer.from(one, 'base64').toString());
    else if (kind === 'entry') {
      const [path, state] = entryOf(line.slice('entry '.length)) ?? [];
      if (path === undefined || !state) continue;
      entries.set(merged(path), state);
      const [, program] = /^(?:\/usr)?\/s?bin\/([^/]+)$/.exec(path) ?? [];
      if (program !== undefined) programs.set(program, owner);
    } else if (kind === 'text') {
      const path = merged(line.slice(kind.length + one.length + 3));
      texts.set(path, Buffer.from(one, 'base64'));
      if (/\/(?:tmpfiles|sysusers)\.d\//.test(path)) scripts.push(texts.get(path)!.toString());
    }
  }
  return { packages, upgraded, leftovers, entries, programs, texts, scripts, policy };
}

const kinds = { '-': 'file', d: 'directory', l: 'link', h: 'file' } as const;

/** A line of `tar -tv`; a name with odd characters in it is left out by its escapes: never asked for. */
function entryOf(line: string): readonly [string, Present] | undefined {
  const [, letter, bits, owner, group, rest] =
    /^(.)([-rwxsStT]{9}) ([^/ ]+)\/(\S+) +\d+ \S+ \S+ \.(.*)$/.exec(line) ?? [];
  const type = kinds[letter as keyof typeof kinds];
  if (type === undefined || bits === undefined) return undefined;
  const [name, target] = (letter === 'h' ? rest!.split(' link to ', 1) : rest!.split(' -> ')) as [string, string?];
  const state = { type, mode: modeOf(bits), owner: owner!, group: group! };
  return [name.replace(/\/$/, ''), letter === 'l' ? { ...state, target: target ?? '' } : state];
}

/** `rwxr-sr-x` in four octal digits. */
function modeOf(bits: string): string {
  const special = [2, 5, 8].map((i) => (/[sStT]/.test(bits[i]!) ? 1 : 0));
  const digit = (from: number): number =>
    [0, 1, 2].reduce((sum, i) => sum + (/[-ST]/.test(bits[from + i]!) ? 0 : 4 >> i), 0);
  return [special.reduce<number>((sum, bit, i) => sum + bit * (4 >> i), 0), digit(0), digit(3), digit(6)].join('');
}
