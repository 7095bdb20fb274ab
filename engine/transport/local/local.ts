import { spawn } from 'node:child_process';
import { HostConnection } from '../connection.ts';
import type { ShellStream } from '../shell/session.ts';
import type { Target } from '../types.ts';

/** This machine: the same shells, as child processes. */
export function openLocal(target: Target, shell = '/bin/sh'): HostConnection {
  return new HostConnection(target, {
    start: (command) => Promise.resolve(startLocal(command, shell)),
    close: () => {},
  });
}

/** `shell` replaces /bin/sh in tests. */
function startLocal(command: string, shell: string): ShellStream {
  const text = shell === '/bin/sh' ? command : command.replaceAll('/bin/sh', shell);
  // Its own process group: the controller handles Ctrl-C in the terminal, and destroy() reaches all of it.
  const child = spawn(shell, ['-c', text], { detached: true, stdio: 'pipe' });
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
      child.once('error', (error) => call(error.message));
      child.once('close', () => call());
      // A child in the background may hold the streams open forever.
      child.once('exit', (code, signal) => {
        const why = signal ? `the shell was ended by ${signal}` : `the shell ended with exit code ${code}`;
        const timer = setTimeout(call, 200, why);
        child.once('close', () => clearTimeout(timer));
      });
    },
    end() {
      stdin.end();
      stdout.destroy();
      stderr.destroy();
    },
    destroy() {
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      try {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // it has ended already
      }
    },
  };
}
