import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs `work` while no other process runs work under the same lock file. The kernel holds the lock (flock): it is free
 * again when this process ends in whatever way, so that no stale lock can stay behind.
 */
export async function withLock<T>(
  file: string,
  onWait: () => void,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  let holder = await acquire(file, ['--nonblock'], signal);
  if (!holder) {
    onWait();
    holder = await acquire(file, [], signal);
  }
  if (!holder) throw new Error(`cannot lock ${file}`);
  try {
    return await work();
  } finally {
    holder.release();
  }
}

async function acquire(file: string, flags: readonly string[], signal: AbortSignal | undefined) {
  signal?.throwIfAborted();
  // The holder says that it has the lock by echoing one line, and lives until its stdin, our end of the pipe, is closed.
  const child = spawn('flock', [...flags, '--conflict-exit-code', '75', file, 'cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop, { once: true });
  child.stdin.on('error', () => {});
  child.stdin.write('held\n');
  const held = await Promise.race([once(child.stdout, 'data').then(() => true), once(child, 'exit').then(() => false)]);
  signal?.removeEventListener('abort', stop);
  if (held) return { release: () => child.stdin.end() };
  signal?.throwIfAborted();
  if (child.exitCode !== 75) throw new Error(`flock ${file} failed with exit code ${child.exitCode}`);
  return undefined;
}
