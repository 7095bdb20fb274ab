import { randomBytes } from 'node:crypto';
import { sh } from '../../module/quote.ts';
import { shellCommand } from '../shell/program.ts';
import type { ShellStream } from '../shell/session.ts';
import { type Become, BecomeFailed } from '../types.ts';

/** How to start a shell for another user. */
export interface BecomeStart {
  readonly command: string;
  /** Where a password has to be given: what asks for it, and what the shell says when it has started. */
  readonly dialogue?: { readonly prompt: RegExp; readonly greeting: string; readonly password: string };
}

export function becomeStart(become: Become): BecomeStart {
  const token = `tsplay-${randomBytes(8).toString('hex')}`;
  const greeting = `${token}-started`;
  const { password, user } = become;
  const flags = become.flags?.split(/\s+/).filter((flag) => flag !== '' && flag !== '-n' && flag !== '-S');
  const shell = shellCommand(password === undefined ? undefined : greeting);
  const dialogue = (prompt: RegExp) => password !== undefined && { dialogue: { prompt, greeting, password } };
  switch (become.method) {
    case 'sudo': {
      const ask = password === undefined ? ['-n'] : ['-S', '-p', `${token}-password:`];
      return {
        command: sh`sudo ${flags ?? ['-H']} ${ask} -u ${user} -- ` + shell,
        ...dialogue(new RegExp(`${token}-password:`)),
      };
    }
    case 'su':
      return {
        command: sh`env LC_ALL=C su ${flags ?? []} -s /bin/sh -c ${shell} ${user}`,
        ...dialogue(/password: ?$/i),
      };
    default:
      if (password !== undefined) {
        throw new BecomeFailed(
          'doas reads a password from a terminal only, and there is none',
          "let it ask for none (doas.conf: 'permit nopass USER as root'), or use ansible_become_method: sudo",
        );
      }
      return { command: sh`doas -n ${flags ?? []} -u ${user} ` + shell };
  }
}

/** Gives the password when it is asked for, never before and never twice; resolves when the shell has started. */
export function givePassword(
  stream: ShellStream,
  become: Become,
  host: string,
  start: Required<BecomeStart>,
  seconds = 30,
): Promise<void> {
  const { prompt, greeting, password } = start.dialogue;
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    let asked = 0;
    const timer = setTimeout(
      () =>
        finish(
          new BecomeFailed(
            `${become.method} on ${host} neither asked for a password nor started a shell within ${seconds} s`,
            lastLine(stderr),
          ),
        ),
      seconds * 1000,
    );
    let done = false;
    const finish = (error?: Error) => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      stream.stdout.off('data', onStdout).pause();
      stream.stderr.off('data', onStderr).pause();
      if (!error) return resolve();
      stream.destroy();
      reject(error);
    };
    const onStdout = (chunk: Buffer) => {
      stdout += chunk.toString('latin1');
      if (stdout.includes(greeting)) finish();
      else if (become.method === 'su') answer(stdout);
    };
    const onStderr = (chunk: Buffer) => {
      stderr += chunk.toString('latin1');
      answer(stderr);
    };
    const answer = (text: string) => {
      const prompts = text.split(new RegExp(prompt, `${prompt.flags}g`)).length - 1;
      if (prompts <= asked) return;
      if (asked++ === 0) stream.stdin.write(`${password}\n`);
      else finish(becomeFailure('Sorry, try again', become, host));
    };
    stream.stdin.on('error', () => {}); // the end of the stream tells more
    stream.stdout.on('data', onStdout);
    stream.stderr.on('data', onStderr);
    stream.onClosed(() =>
      finish(becomeFailure(stderr.replaceAll(new RegExp(prompt, 'gi'), '') + stdout, become, host)),
    );
  });
}

interface Reason {
  readonly sign: RegExp;
  readonly what: (become: Become, host: string) => string;
  readonly hint: (become: Become) => string;
}

const passwordVariable = 'give it as ansible_become_password (from an encrypted vars file)';

/** What sudo, doas and su say in their C locale, and what it means. */
const reasons: readonly Reason[] = [
  {
    sign: /must have a tty|no tty present|tty is required/i,
    what: ({ method }, host) => `${method} on ${host} insists on a terminal`,
    hint: () => "take 'Defaults requiretty' out of /etc/sudoers, or add 'Defaults:USER !requiretty' for the login user",
  },
  {
    sign: /is not in the sudoers file|not allowed to execute|may not run sudo|Operation not permitted|Permission denied/i,
    what: ({ method, user }, host) => `${method} on ${host} does not let the login user become ${user}`,
    hint: ({ method, user }) =>
      `allow it ${method === 'doas' ? 'in /etc/doas.conf' : 'with a file in /etc/sudoers.d'}, or log in as ${user}`,
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
    what: ({ method }, host) => `${method} is not installed on ${host}`,
    hint: ({ method, user }) =>
      `install it, choose another ansible_become_method, or log in as ${user} (${method} is only needed for another user)`,
  },
];

export function becomeFailure(printed: string, become: Become, host: string): BecomeFailed {
  const reason = reasons.find(({ sign }) => sign.test(printed));
  const said = lastLine(printed);
  const quoted = said === undefined ? '' : `: ${said}`;
  if (reason) return new BecomeFailed(reason.what(become, host) + quoted, reason.hint(become));
  return new BecomeFailed(`${become.method} on ${host} did not start a shell for ${become.user}${quoted}`);
}

function lastLine(text: string): string | undefined {
  return (
    text
      .replaceAll(/^password: ?/gim, '')
      .trim()
      .split('\n')
      .at(-1)
      ?.trim() || undefined
  );
}
