import { randomBytes } from 'node:crypto';
import { shellCommand } from '../shell/program.ts';
import type { ShellStream } from '../shell/session.ts';
import { type Become, BecomeFailed, type BecomePrompt } from '../types.ts';
import { onAbort } from '../waiting.ts';
import { becomeFailure, lastLine } from './failure.ts';
import { methodNamed } from './methods.ts';

interface Start {
  /** The host's name, for messages. */
  readonly host: string;
  readonly start: (command: string) => Promise<ShellStream>;
  readonly onRoundTrip: () => void;
  readonly signal: AbortSignal;
}

/** Starts a shell for another user, and gives the password if it is asked for. */
export async function startAs(become: Become, { host, start, onRoundTrip, signal }: Start): Promise<ShellStream> {
  const token = `tsplay-${randomBytes(8).toString('hex')}`;
  const greeting = `${token}-started`;
  const { password, user } = become;
  const flags = become.flags?.split(/\s+/).filter((flag) => flag !== '' && flag !== '-n' && flag !== '-S');
  const exe = become.exe?.split(/\s+/).filter((word) => word !== '');
  const { command, prompt } = methodNamed(become.method).start({
    user,
    ...(exe && { exe }),
    ...(flags && { flags }),
    asksPassword: password !== undefined,
    token,
    shell: shellCommand(password === undefined ? undefined : greeting),
  });
  const stream = await start(`exec ${command}`);
  if (password !== undefined && prompt) {
    onRoundTrip();
    await givePassword(stream, become, { host, prompt, greeting, password, signal });
  }
  return stream;
}

interface Dialogue {
  readonly host: string;
  readonly prompt: BecomePrompt;
  /** What the shell prints when it has started. */
  readonly greeting: string;
  readonly password: string;
  readonly signal: AbortSignal;
}

const dialogueSeconds = 30;

/** What may be printed until the shell starts: a lecture, a prompt, a profile. */
const longestDialogue = 32 * 1024;

/** Gives the password when it is asked for, never before and never twice; resolves when the shell has started. */
function givePassword(
  stream: ShellStream,
  become: Become,
  { host, prompt, greeting, password, signal }: Dialogue,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    let asked = 0;
    let done = false;
    const finish = (error?: Error) => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      stopListening();
      stream.stdout.off('data', onStdout).pause();
      stream.stderr.off('data', onStderr).pause();
      if (!error) return resolve();
      stream.destroy();
      reject(error);
    };
    const onStdout = (chunk: Buffer) => {
      stdout += chunk.toString('latin1');
      if (stdout.includes(greeting)) finish();
      else if (prompt.on.includes('stdout')) answer(stdout);
      bound(stdout);
    };
    const onStderr = (chunk: Buffer) => {
      stderr += chunk.toString('latin1');
      if (prompt.on.includes('stderr')) answer(stderr);
      bound(stderr);
    };
    const bound = (text: string) => {
      if (text.length > longestDialogue)
        finish(
          new BecomeFailed(
            `${become.method} on ${host} printed more than 32 KiB and started no shell`,
            'check ansible_become_exe (become_exe), and what the profile of the user prints',
          ),
        );
    };
    const answer = (text: string) => {
      const prompts = text.split(new RegExp(prompt.sign, `${prompt.sign.flags}g`)).length - 1;
      if (prompts <= asked) return;
      if (asked++ === 0) stream.stdin.write(`${password}\n`);
      else finish(becomeFailure('Sorry, try again', become, host));
    };
    const timer = setTimeout(() => {
      const what = `${become.method} on ${host} neither asked for a password nor started a shell`;
      finish(new BecomeFailed(`${what} within ${dialogueSeconds} s`, lastLine(stderr)));
    }, dialogueSeconds * 1000);
    stream.stdin.on('error', () => {}); // the end of the stream says more
    stream.stdout.on('data', onStdout);
    stream.stderr.on('data', onStderr);
    stream.onClosed(() =>
      finish(becomeFailure(stderr.replaceAll(new RegExp(prompt.sign, 'gi'), '') + stdout, become, host)),
    );
    let stopListening = () => {};
    stopListening = onAbort(signal, finish);
  });
}
