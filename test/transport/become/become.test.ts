import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
    -i|-s|--login) login=1 ;;
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
if [ -n "$login" ]; then # escapes all but $ - _ and what is alphanumeric, for the login shell
  exec sh -c "$(for word; do printf '%s ' "$(printf %s "$word" | sed 's/[^A-Za-z0-9_$-]/\\\\&/g')"; done)"
fi
exec "$@"
`,
  endless: '#!/bin/sh\nexec yes\n',
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
  for (const flags of ['-i', '-H --login', '-s']) {
    it(`by sudo with a login shell in between (${flags})`, async () =>
      expect(await attempt('free', { flags })).to.deep.include(started));
    it(`by sudo with a login shell in between (${flags}) and a password`, async () =>
      expect(await attempt('', { flags, password: 'right $1' })).to.deep.include(started));
  }
  it('by a program of another name, which may be several words', async () => {
    symlinkSync(join(folder, 'sudo'), join(folder, 'dzdo'));
    for (const exe of ['dzdo', join(folder, 'dzdo'), ' env A=1  dzdo'])
      expect(await attempt('free', { exe }), exe).to.deep.include(started);
  });
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
    [
      'a program that is not there',
      '',
      { exe: '/no/such/sudo' },
      '/no/such/sudo is not installed on here: /bin/sh: 1: exec: /no/such/sudo: not found',
      /become_exe/,
    ],
    [
      'a program that prints without an end',
      '',
      { exe: 'endless', password: 'p' },
      'sudo on here printed more than 32 KiB and started no shell',
      /become_exe/,
    ],
  ];
  for (const [what, fake, become, message, hint] of failures) {
    it(`fails for ${what}`, async () => {
      const error = await failureOf(attempt(fake, become));
      expect(error.name).to.equal('BecomeFailed');
      expect(error.message.replace(/\/bin\/sh:.*(exec: )/, '/bin/sh: 1: $1')).to.equal(message);
      expect(error.hint).to.match(hint);
    });
  }

  it('is not needed for the user who is logged in', async () => {
    expect(await attempt('a password is required', { user: 'nobody-in-particular' }, 'echo fine')).to.deep.include({
      stdout: 'fine\n',
    });
  });
});
