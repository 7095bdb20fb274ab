import { PassThrough } from 'node:stream';
import { mock } from 'node:test';
import { expect } from 'chai';
import { ShellSession, type ShellStream } from '../../../engine/transport/shell/session.ts';
import type { Script } from '../../../engine/transport/types.ts';
import { failureOf, run, shells, withLocal } from './shells.ts';

interface Case {
  readonly it: string;
  readonly text: string;
  readonly with?: Omit<Script, 'text'>;
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string | RegExp;
}

/** Seconds that no other test sleeps: what is left behind is found by them. */
const nap = `77.5${process.pid}`;
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

const cases: readonly Case[] = [
  {
    it: 'keeps the streams and the exit code apart',
    text: 'echo out; echo err >&2; exit 3',
    code: 3,
    stdout: 'out\n',
    stderr: 'err\n',
  },
  { it: 'adds no newline', text: 'printf x; printf y >&2', stdout: 'x', stderr: 'y' },
  { it: 'keeps final newlines', text: String.raw`printf 'x\n\n\n'`, stdout: 'x\n\n\n' },
  { it: 'survives a syntax error', text: 'if then ) "', code: -1, stderr: /./ },
  { it: 'survives exit', text: 'exit 7', code: 7 },
  { it: 'survives set -e', text: 'set -eu; false; echo no', code: 1 },
  { it: 'survives exec', text: 'exec echo replaced', stdout: 'replaced\n' },
  { it: 'survives the death of a script', text: "sh -c 'kill -9 $$'", code: 137, stderr: /^(|.*Killed.*\n)$/ },
  { it: 'has an empty standard input', text: 'cat; readlink /proc/self/fd/0', stdout: '/dev/null\n' },
  {
    it: 'gives standard input, every byte of it',
    text: 'cat',
    with: { stdin: everyByte },
    stdout: everyByte.toString('latin1'),
  },
  { it: 'gives empty standard input', text: 'wc -c', with: { stdin: Buffer.alloc(0) }, stdout: '0\n' },
  {
    it: 'takes away standard input that is not read',
    text: 'head -c 3; exit 4',
    with: { stdin: Buffer.alloc(300_000, 'z') },
    code: 4,
    stdout: 'zzz',
  },
  { it: 'knows no positional parameters', text: 'echo "$#$*"', stdout: '0\n' },
  { it: 'has the C locale and umask 022', text: 'echo $LC_ALL; umask', stdout: 'C\n0022\n' },
  { it: 'finds programs of the sbin folders', text: 'case $PATH in */usr/sbin*) echo yes; esac', stdout: 'yes\n' },
  {
    it: 'takes any text',
    text: `echo 'a "b" \\ $c \`d\`' "it's"\n# a comment at the end`,
    stdout: 'a "b" \\ $c `d` it\'s\n',
  },
  {
    it: 'shows no text of scripts in argument lists',
    text: `sec=ret; tr '\\0' ' ' </proc/$PPID/cmdline | grep -c 'sec=re[t]'`,
    code: 1,
    stdout: '0\n',
  },
  {
    it: 'shows no text of bounded scripts in argument lists',
    text: `sec=ret; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'sec=re[t]'`,
    with: { timeoutSeconds: 9 },
    code: 1,
    stdout: '0\n',
  },
  { it: 'is not held up by a child in the background', text: 'sleep 2 & echo started', stdout: 'started\n' },
  {
    it: 'ends what takes too long with all its children',
    text: `sleep ${nap} & sleep ${nap}; echo no`,
    with: { timeoutSeconds: 0.1 },
    code: 124,
  },
  {
    it: 'has left none of them',
    text: `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'sleep ${nap.replace('.', '[.]')} '`,
    code: 1,
    stdout: '0\n',
  },
  {
    it: 'gives bounded scripts their streams',
    text: 'cat; echo err >&2; exit 5',
    with: { timeoutSeconds: 9, stdin: Buffer.from('in\0') },
    code: 5,
    stdout: 'in\0',
    stderr: 'err\n',
  },
  {
    it: 'gives bounded scripts an empty standard input',
    text: 'cat; echo end',
    with: { timeoutSeconds: 9 },
    stdout: 'end\n',
  },
];

for (const path of shells) {
  describe(`the shell session over ${path}`, () => {
    it('does all this in one session', () =>
      withLocal(async (connection) => {
        const shell = await connection.shell();
        for (const wanted of cases) {
          const output = await run(shell, wanted.text, wanted.with);
          if (path.endsWith('mksh') && wanted.text.endsWith('umask')) continue; // prints 022
          if (wanted.code === -1) expect(output.code, wanted.it).to.not.equal(0);
          else expect(output.code, wanted.it).to.equal(wanted.code ?? 0);
          expect(output.stdout, wanted.it).to.equal(wanted.stdout ?? '');
          if (wanted.stderr instanceof RegExp) expect(output.stderr, wanted.it).to.match(wanted.stderr);
          else expect(output.stderr, wanted.it).to.equal(wanted.stderr ?? '');
        }
      }, path));

    it('keeps scripts of a batch apart', () =>
      withLocal(async (connection) => {
        const shell = await connection.shell();
        const outputs = await shell.run([
          { text: 'cd /; x=1; umask 077; f() { :; }; trap "echo bye" EXIT; set -- a b; pwd' },
          { text: 'pwd; echo "$#${x-}"; umask', stdin: Buffer.from('unread') },
          { text: 'exec 1>&-; exec 2>&-' },
          { text: 'cat', stdin: Buffer.from('third') },
        ]);
        expect(outputs.map(({ stdout }) => stdout.toString().replace(/^0022$/m, '022'))).to.deep.equal([
          '/\nbye\n',
          `${process.cwd()}\n0\n022\n`,
          '',
          'third',
        ]);
        expect(connection.roundTrips).to.equal(2);
      }, path));

    it('carries a megabyte in both directions', () =>
      withLocal(async (connection) => {
        const stdin = Buffer.alloc(1 << 20, everyByte);
        const [output] = await (await connection.shell()).run([
          { text: `${':'.repeat(100_000)}\ncat`.replace(/^:+/, (colons) => `: ${colons}`), stdin },
        ]);
        expect(output!.stdout.equals(stdin)).to.equal(true);
      }, path));
  });
}

describe('a shell session', () => {
  it('answers calls made at once in turn', () =>
    withLocal(async (connection) => {
      const shell = await connection.shell();
      const outputs = await Promise.all(['a', 'b', 'c'].map((word) => run(shell, `echo ${word}`)));
      expect(outputs.map(({ stdout }) => stdout)).to.deep.equal(['a\n', 'b\n', 'c\n']);
    }));

  it('is lost when the shell dies, and the connection opens another', () =>
    withLocal(async (connection) => {
      const shell = await connection.shell();
      const error = await failureOf(shell.run([{ text: 'kill -9 $$' }]));
      expect(error.name).to.equal('Unreachable');
      expect(error.message).to.match(/^connection to here was lost while a command was running/);
      expect(await failureOf(shell.run([{ text: ':' }]))).to.equal(error);
      expect((await run(await connection.shell(), 'echo again')).stdout).to.equal('again\n');
    }));

  it('bounds what a script may print', async () => {
    const { stream, stdout, state } = fakeStream();
    const session = new ShellSession(stream, { host: 'web1', maxOutputBytes: 1 << 20 });
    const failed = failureOf(session.run([{ text: 'yes' }]));
    await Promise.resolve();
    stdout.write(Buffer.alloc((1 << 20) + 100));
    const error = await failed;
    expect(error.name).to.equal('TaskFailure');
    expect(error.message).to.equal('the command printed more than 1 MiB on web1; its shell was ended');
    expect([state.destroyed, session.alive]).to.deep.equal([true, false]);
  });

  it('is dropped where a script with a limit gets no answer', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const { stream, state } = fakeStream();
      const failed = failureOf(new ShellSession(stream, { host: 'web1' }).run([{ text: ':', timeoutSeconds: 3 }]));
      await Promise.resolve();
      mock.timers.tick(17_999);
      expect(state.destroyed).to.equal(false);
      mock.timers.tick(1);
      expect((await failed).message).to.contain('web1 does not answer: the command had a limit of 3 s');
      expect(state.destroyed).to.equal(true);
    } finally {
      mock.timers.reset();
    }
  });

  it('refuses a NUL in a script and goes on', () =>
    withLocal(async (connection) => {
      const shell = await connection.shell();
      expect((await failureOf(run(shell, 'echo \0'))).message).to.contain('NUL');
      expect((await run(shell, 'echo on')).stdout).to.equal('on\n');
    }));

  it('says what was printed by a shell that does not start', async () => {
    const { stream, stdout, state } = fakeStream();
    const session = new ShellSession(stream, {
      host: 'web1',
      startFailure: (printed) => new Error(`printed: ${printed}`),
    });
    const failed = failureOf(session.run([{ text: ':' }]));
    stdout.write('This account is not available.');
    await new Promise((done) => setImmediate(done));
    state.close?.();
    expect((await failed).message).to.equal('printed: This account is not available.');
  });
});

/** A shell that says only what the test lets it say. */
function fakeStream() {
  const stdout = new PassThrough();
  const state: { destroyed: boolean; close?: (why?: string) => void } = { destroyed: false };
  const stream: ShellStream = {
    stdin: new PassThrough().resume(),
    stdout,
    stderr: new PassThrough(),
    onClosed: (listener) => {
      state.close = listener;
    },
    end: () => {},
    destroy: () => {
      state.destroyed = true;
    },
  };
  return { stream, stdout, state };
}
