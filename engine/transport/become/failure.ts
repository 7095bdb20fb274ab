import { type Become, BecomeFailed } from '../types.ts';
import { methodNamed } from './methods.ts';

interface Reason {
  readonly sign: RegExp;
  readonly what: (become: Become, host: string) => string;
  readonly hint: (become: Become) => string;
}

const passwordVariable = 'set ansible_become_password (in an encrypted vars file)';

/** What become methods print in their C locale, and what it means. */
const reasons: readonly Reason[] = [
  {
    sign: /must have a tty|no tty present|tty is required/i,
    what: ({ method }, host) => `${method} on ${host} requires a terminal`,
    hint: () => "remove 'Defaults requiretty' from /etc/sudoers, or add 'Defaults:USER !requiretty' for the login user",
  },
  {
    sign: /is not in the sudoers file|not allowed to execute|may not run sudo|Operation not permitted|Permission denied/i,
    what: ({ method, user }, host) => `${method} on ${host} does not let the login user become ${user}`,
    hint: ({ method, user }) => `allow it ${methodNamed(method).allowedBy}, or log in as ${user}`,
  },
  {
    sign: /try again|incorrect password|Authentication failure|Authentication failed|Permission denied/i,
    what: ({ method, user, password }, host) =>
      password === undefined
        ? `${method} on ${host} asks for a password to become ${user}, and none is given`
        : `${method} on ${host} refused the password to become ${user}`,
    hint: ({ password }) => (password === undefined ? passwordVariable : 'check ansible_become_password'),
  },
  {
    sign: /password is required|password is necessary|Authentication required|a terminal is required/i,
    what: ({ method, user }, host) => `${method} on ${host} asks for a password to become ${user}, and none is given`,
    hint: () => `${passwordVariable}, or allow it without one (NOPASSWD)`,
  },
  {
    sign: /unknown user|does not exist|no passwd entry|not exist/i,
    what: ({ user }, host) => `there is no user '${user}' on ${host} to become`,
    hint: () => 'check ansible_become_user (become_user)',
  },
  {
    sign: /not found|No such file/i,
    what: ({ method, exe }, host) => `${exe ?? method} is not installed on ${host}`,
    hint: ({ method, user, exe }) =>
      exe !== undefined
        ? 'check ansible_become_exe (become_exe)'
        : `install it, choose another ansible_become_method, or log in as ${user} (${method} is needed only for another user)`,
  },
];

export function becomeFailure(printed: string, become: Become, host: string): BecomeFailed {
  const reason = reasons.find(({ sign }) => sign.test(printed));
  const said = lastLine(printed);
  const quoted = said === undefined ? '' : `: ${said}`;
  if (reason) return new BecomeFailed(reason.what(become, host) + quoted, reason.hint(become));
  return new BecomeFailed(
    `${become.method} on ${host} did not start a shell as ${become.user}${quoted}`,
    'if the host was going down, run again; else see its log: journalctl -n 50',
  );
}

export function lastLine(text: string): string | undefined {
  return (
    text
      .replaceAll(/^password: ?/gim, '')
      .trim()
      .split('\n')
      .at(-1)
      ?.trim() || undefined
  );
}
