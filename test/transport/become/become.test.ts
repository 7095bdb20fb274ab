import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import type { Become } from '../../../engine/transport/types.ts';
import { failureOf, run, withLocal } from '../shell/shells.ts';

/** Replaces sudo and su in PATH: asks and answers as they do, then runs the command. */
const fakes: Readonly<Record<string, string>> = {
  sudo: `#!/bin/sh
echo "We trust you have received the usual lecture." >&2
tries=0
while [ $# -gt 0 ]; do
  case $1 in
    -n) [ "$FAKE" = free ] || { echo "sudo: $FAKE" >&2; exit 1; } ;;
    -S) ask=1 ;;
    -p) prompt=$2; shift ;;
    -u) user=$2; shift ;;
    --) shift; break ;;
  esac
  shift
done
while [ -n "$ask" ] && [ "$FAKE" != free ]; do
  printf %s "$prompt" >&2
  read -r password
  [ "$password" = 'right $1' ] && break
  echo "Sorry, try again." >&2
done
export BECOME="$user"
exec "$@"
`,
  su: `#!/bin/sh
printf 'Password: ' >&2
read -r password
[ "$password" = 'right $1' ] || { echo >&2; echo "su: Authentication failure" >&2; exit 1; }
while [ "$1" != -c ]; do shift; done
exec /bin/sh -c "$2"
`,
};

describe('becoming another user', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-become-'));
  const path = process.env['PATH'];

  before(() => {
    for (const [name, text] of Object.entries(fakes)) {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
    }
    process.env['PATH'] = `${folder}${delimiter}${path}`;
  });
  after(() => {
    process.env['PATH'] = path;
    delete process.env['FAKE'];
    rmSync(folder, { recursive: true });
  });

  const attempt = (fake: string, become: Partial<Become>, script = 'echo "$BECOME"; cat') => {
    process.env['FAKE'] = fake;
    return withLocal(async (connection) => ({
      ...(await run(await connection.shell({ method: 'sudo', user: 'web', ...become }), script, {
        stdin: Buffer.from('in'),
      })),
      roundTrips: connection.roundTrips,
    }));
  };

  const started = { code: 0, stdout: 'web\nin', stderr: '' };
  it('by sudo without a password, which costs no further round trip', async () =>
    expect(await attempt('free', {})).to.deep.equal({ ...started, roundTrips: 2 }));
  it('by sudo with a password', async () =>
    expect(await attempt('', { password: 'right $1' })).to.deep.equal({ ...started, roundTrips: 3 }));
  it('by sudo with a password that is not asked for', async () =>
    expect(await attempt('free', { password: 'secret' }, 'echo $BECOME; cat')).to.deep.include(started));
  it('by su', async () =>
    expect(await attempt('', { method: 'su', password: 'right $1' }, 'cat')).to.deep.include({ stdout: 'in' }));

  const failures: readonly [string, fake: string, Partial<Become>, message: string, hint: RegExp][] = [
    [
      'a wrong password',
      '',
      { password: 'wrong' },
      'sudo on here refused the password to become web: Sorry, try again',
      /check ansible_become_password/,
    ],
    [
      'a wrong password of su',
      '',
      { method: 'su', password: 'wrong' },
      'su on here refused the password to become web: su: Authentication failure',
      /check/,
    ],
    [
      'no password',
      'a password is required',
      {},
      'sudo on here asks for a password to become web, and none is given: sudo: a password is required',
      /ansible_become_password/,
    ],
    [
      'requiretty',
      'sorry, you must have a tty to run sudo',
      {},
      'sudo on here requires a terminal: sudo: sorry, you must have a tty to run sudo',
      /requiretty/,
    ],
    [
      'no permission',
      'jo is not in the sudoers file.',
      {},
      'sudo on here does not let the login user become web: sudo: jo is not in the sudoers file.',
      /sudoers\.d/,
    ],
    [
      'an unknown user',
      'unknown user web',
      {},
      "there is no user 'web' on here to become: sudo: unknown user web",
      /become_user/,
    ],
    [
      'doas with a password',
      '',
      { method: 'doas', password: 'p' },
      'doas reads a password only from a terminal, and there is none',
      /nopass/,
    ],
    [
      'doas that is not installed',
      '',
      { method: 'doas' },
      'doas is not installed on here: /bin/sh: 1: exec: doas: not found',
      /install it/,
    ],
  ];
  for (const [what, fake, become, message, hint] of failures) {
    it(`fails for ${what}`, async () => {
      const error = await failureOf(attempt(fake, become));
      expect(error.name).to.equal('BecomeFailed');
      expect(error.message.replace(/\/bin\/sh:.*(exec: doas: )/, '/bin/sh: 1: $1')).to.equal(message);
      expect(error.hint).to.match(hint);
    });
  }

  it('is not needed for the user who is logged in', async () => {
    expect(await attempt('a password is required', { user: 'nobody-in-particular' }, 'echo fine')).to.deep.include({
      stdout: 'fine\n',
    });
  });
});
