import { type Target, Unreachable } from '../types.ts';
import type { Login } from './auth.ts';
import { hostName } from './known-hosts.ts';

/** The server ended the connection before it showed its key: worth another attempt. */
export class HungUp extends Error {}

/** A login is not tried again: servers count wrong ones. */
export function hungUp(target: Target, login: Pick<Login, 'summary'>, greeted: boolean): Error {
  return greeted
    ? new Unreachable(
        `${target.name}: ${where(target)} hangs up during the login as ${target.user}: ${login.summary()}`,
        'see its log: journalctl -u ssh',
      )
    : new HungUp();
}

/** The server, as messages show it. */
export const where = (target: Target) => hostName(target.address, target.port);

/** The error of a connection or login, in plain words. */
export function explain(
  error: Error & { code?: string; level?: string },
  target: Target,
  login: Pick<Login, 'summary'>,
  greeted: boolean,
): Error {
  const { name, user, connectTimeoutSeconds } = target;
  const { code, level, message } = error;
  const at = where(target);
  if (level === 'client-authentication') {
    return new Unreachable(
      `${name}: ${at} refuses the login as ${user}: ${login.summary()}`,
      `try it by hand: ssh -p ${target.port} ${user}@${target.address}`,
    );
  }
  if (/too many authentication failures/i.test(message)) {
    return new Unreachable(
      `${name}: ${at} ends the login as ${user} after too many keys: ${login.summary()}`,
      "offer the right key only: ansible_private_key_file and ansible_ssh_common_args: '-o IdentitiesOnly=yes'",
    );
  }
  if (code === 'ECONNREFUSED')
    return new Unreachable(
      `${name}: ${at} refuses the connection`,
      'is sshd running there, and on this port (ansible_port)?',
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new Unreachable(`${name}: no address is known for '${target.address}'`, 'set ansible_host to its address');
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return new Unreachable(
      `${name}: there is no route to ${at}`,
      'is the host up, and is this its address (ansible_host)?',
    );
  if (code === 'ETIMEDOUT' || level === 'client-timeout') {
    return new Unreachable(
      `${name}: ${at} does not answer within ${connectTimeoutSeconds} s`,
      'is the host up, or does a firewall block this port?',
    );
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || /before handshake/i.test(message))
    return hungUp(target, login, greeted);
  return new Unreachable(`${name}: the connection to ${at} failed: ${message}`);
}
