import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { sh } from '../../module/quote.ts';
import type { ShellStream } from '../shell/session.ts';
import { ChannelRefused, NoAnswer, type Target, Unreachable } from '../types.ts';
import { onAbort, withDeadline } from '../waiting.ts';
import { sessionArguments } from './command.ts';
import type { Master } from './master.ts';

export interface Sessions {
  readonly master: Master;
  readonly target: Target;
  readonly socket: string;
  /** Options that belong to each session. */
  readonly settings: readonly (readonly [name: string, value: string])[];
}

const mostNoise = 100_000;

/** Starts a command in the connection; resolves when the host has started it. */
export async function startSession(command: string, sessions: Sessions, signal: AbortSignal): Promise<ShellStream> {
  const { master, target } = sessions;
  const lost = master.lost();
  if (lost) throw lost;
  const token = `tsplay-${randomBytes(8).toString('hex')}`;
  // Tells the leader of its process group before it becomes the command.
  const child = run(sessions, sh`exec /bin/sh -c ${`echo ${token} $$; ${command}`}`);
  const { name, connectTimeoutSeconds } = target;
  const late = () => new NoAnswer(`${name} opened no shell within ${connectTimeoutSeconds} s after the login`);
  const stop = onAbort(signal, () => child.kill());
  try {
    const group = await withDeadline(started(child, token, sessions), connectTimeoutSeconds, late, signal);
    return streamOf(child, group, sessions);
  } catch (error) {
    child.kill();
    throw error;
  } finally {
    stop();
  }
}

function run({ socket, settings }: Sessions, command: string): ChildProcessWithoutNullStreams {
  const child = spawn('ssh', sessionArguments(socket, command, settings), { detached: true, stdio: 'pipe' });
  child.stdin.on('error', () => {});
  return child;
}

/** The process group on the host, once the command has started; what came after that is put back. */
function started(child: ChildProcessWithoutNullStreams, token: string, { master, target }: Sessions): Promise<number> {
  const { stdout, stderr } = child;
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    let printed = '';
    const onStderr = (chunk: Buffer) => {
      printed = (printed + chunk.toString('utf8')).slice(-mostNoise);
    };
    const finish = () => {
      stdout.off('data', onStdout).pause();
      stderr.off('data', onStderr).pause();
      child.off('close', onClose).off('error', onClose);
    };
    const onStdout = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      const at = seen.indexOf(token);
      const end = at < 0 ? -1 : seen.indexOf('\n', at);
      if (end < 0) {
        if (seen.length <= mostNoise) return;
        finish();
        return reject(new Unreachable(`${target.name} prints ${mostNoise} bytes before it starts a shell`));
      }
      finish();
      if (end + 1 < seen.length) stdout.unshift(seen.subarray(end + 1));
      if (printed !== '') stderr.unshift(Buffer.from(printed));
      return resolve(Number(seen.toString('latin1', at + token.length + 1, end)));
    };
    const onClose = () => {
      finish();
      const said = printed.trim().split('\n').at(-1) || seen.toString('utf8').trim() || 'ssh said nothing';
      const refused = /open refused|open failed|administratively prohibited|resource shortage/i.test(printed);
      if (refused)
        return reject(
          new ChannelRefused(`${target.name} opens no further channel: ${said}`, 'see MaxSessions in its sshd_config'),
        );
      return reject(master.lost() ?? new Unreachable(`/bin/sh does not start on ${target.name}: ${said}`));
    };
    stdout.on('data', onStdout);
    stderr.on('data', onStderr);
    child.once('close', onClose).once('error', onClose);
  });
}

function streamOf(child: ChildProcessWithoutNullStreams, group: number, sessions: Sessions): ShellStream {
  const { stdin, stdout, stderr } = child;
  return {
    stdin,
    stdout,
    stderr,
    onClosed(listener) {
      let called = false;
      const call = (why?: string) => {
        if (!called) listener(why);
        called = true;
      };
      const why = (code: number | null) => sessions.master.lost()?.message ?? `the shell ended with exit code ${code}`;
      child.once('error', (error) => call(error.message));
      child.once('close', (code) => call(why(code)));
      // A child in the background may hold the streams open forever.
      child.once('exit', (code) => {
        const timer = setTimeout(() => call(why(code)), 500);
        child.once('close', () => clearTimeout(timer));
      });
    },
    end: () => void stdin.end(),
    destroy() {
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      child.kill();
      // Closing a session alone leaves what runs in it running.
      if (sessions.master.alive && child.exitCode === null && group > 1)
        sessions.master.endsWith(run(sessions, `kill -KILL -${group}`));
    },
  };
}
