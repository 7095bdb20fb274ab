/** On Ctrl-C, or when nobody reads the output any more, running tasks end and no further ones begin. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (interrupt.signal.aborted) {
      process.stderr.write('\nStopped. A command that was running may continue on its host.\n');
      process.exit(130);
    }
    process.stderr.write(
      '\nInterrupted: running tasks end, no further ones begin. Press Ctrl-C again to stop at once.\n',
    );
    interrupt.abort();
  };
  // The reader has gone (`| head`) or the disk is full: nothing must happen unseen.
  const onLost = ({ code, message }: NodeJS.ErrnoException): void => {
    if (interrupt.signal.aborted) return;
    const why = code === 'EPIPE' ? 'nobody reads the output any more' : `the output cannot be written: ${message}`;
    process.stderr.write(`Interrupted: ${why}. Running tasks end, no further ones begin.\n`);
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
