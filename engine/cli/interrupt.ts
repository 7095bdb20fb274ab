/** Ctrl-C, or a reader that has gone, ends the work softly: what is under way ends, nothing further begins. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (interrupt.signal.aborted) {
      process.stderr.write('\nStopped. A command that was under way may go on by itself on its host.\n');
      process.exit(130);
    }
    process.stderr.write(
      '\nInterrupted: what is under way ends, nothing further begins. Press Ctrl-C again to stop at once.\n',
    );
    interrupt.abort();
  };
  // The reader has gone (`| head`) or cannot take more (a full disk): as if interrupted, for what happens has to be seen.
  const onLost = ({ code, message }: NodeJS.ErrnoException): void => {
    if (interrupt.signal.aborted) return;
    const why = code === 'EPIPE' ? 'nobody reads the output any more' : `the output cannot be written: ${message}`;
    process.stderr.write(`Interrupted: ${why}. What is under way ends, nothing further begins.\n`);
    interrupt.abort();
  };
  process.stdout.on('error', onLost);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await work(interrupt.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
