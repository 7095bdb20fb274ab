/** Logs the start, the progress and the duration of a step; a step of less than 0.3 s logs nothing. */
export async function step<T>(
  { log, signal }: { readonly log: (line: string) => void; readonly signal?: AbortSignal | undefined },
  title: string,
  work: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const soon = setTimeout(() => log(`${title} …`), 300);
  const still = setInterval(() => log(`${title} … ${seconds()}`), 30_000);
  try {
    const result = await work();
    if (performance.now() - start >= 300) log(`${title}: ${seconds()}`);
    return result;
  } finally {
    clearTimeout(soon);
    clearInterval(still);
  }
}
