import { hostname, userInfo } from 'node:os';
import type { Target } from '../types.ts';
import { expandHome } from './arguments.ts';

/**
 * A path of ssh_config(5) with its tokens and `${VARIABLES}` replaced; undefined where one has no value here. `given` is
 * the address before the configuration replaced it.
 */
export function expandTokens(text: string, target: Target, given: string): string | undefined {
  const { uid, username, homedir } = userInfo();
  const values: Readonly<Record<string, string>> = {
    '%': '%',
    d: homedir,
    h: target.address,
    i: String(uid),
    k: target.hostKeyAlias ?? given,
    L: hostname().split('.')[0]!,
    l: hostname(),
    n: given,
    p: String(target.port),
    r: target.user,
    u: username,
  };
  let known = true;
  const replaced = text.replace(/%(.)|\$\{(\w+)\}/g, (all, token?: string, variable?: string) => {
    const value = token === undefined ? process.env[variable!] : values[token];
    if (value === undefined) known = false;
    return value ?? all;
  });
  return known ? expandHome(replaced.replace(/^"(.*)"$/, '$1')) : undefined;
}
