import { explain, HungUp, where } from '../ssh/failure.ts';
import { keyName } from '../ssh/known-hosts.ts';
import { type Target, Unreachable } from '../types.ts';

/** What ssh prints where it cannot connect, as the error that our own client would have had. */
const signs: readonly (readonly [sign: RegExp, error: { code?: string; level?: string }])[] = [
  [/Permission denied \(/, { level: 'client-authentication' }],
  [/Connection refused/, { code: 'ECONNREFUSED' }],
  [/Could not resolve hostname/, { code: 'ENOTFOUND' }],
  [/No route to host|Network is unreachable/, { code: 'EHOSTUNREACH' }],
  [/timed out/, { code: 'ETIMEDOUT' }],
  [/Too many authentication failures/, {}],
];

/** The error for an ssh that has ended before it was logged in. Behind a proxy command most of what it says is that of the proxy. */
export function failureOf(target: Target, printed: string, isDirect: boolean): Error {
  const lines = printed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[@\s]*$/.test(line));
  const said = lines.join('; ').slice(0, 500);
  const { name, user } = target;
  if (/Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|host key is known|revoked/.test(printed)) {
    const changed = /IDENTIFICATION HAS CHANGED/.test(printed);
    const line = lines.find((one) => /Offending|revoked|host key is known/.test(one)) ?? lines.at(-1);
    return new Unreachable(
      `${name}: the host key of ${keyName(target)} ${changed ? 'has changed' : 'is not accepted'}: ${line}`,
      changed
        ? 'somebody may be intercepting the connection; if the host was really reinstalled, remove the old key with ssh-keygen -R'
        : 'compare its fingerprint, then add it to known_hosts (ssh-keyscan), or accept new keys without a check: -o StrictHostKeyChecking=accept-new',
    );
  }
  if (
    /kex_exchange_identification|Connection (closed|reset) by/.test(printed) &&
    !/Permission denied/.test(printed) &&
    isDirect
  )
    return new HungUp(said);
  const [, accepted = 'nothing more'] = /Permission denied \(([^)]*)\)/.exec(printed) ?? [];
  const login = { summary: () => `the server accepts ${accepted.replaceAll(',', ', ')}` };
  const found = signs.find(([sign]) => sign.test(printed))?.[1];
  if (!found || (!isDirect && found.level === undefined))
    return new Unreachable(
      `${name}: ssh does not reach ${where(target)} as ${user}: ${said || 'it printed nothing'}`,
      isDirect ? undefined : 'the message may be that of the ProxyCommand or of the jump host',
    );
  return explain(Object.assign(new Error(said), found), target, login, true);
}
