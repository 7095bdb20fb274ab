/**
 * Works through a list a few entries ahead of whoever asks for the results in order, so that cases run side by side
 * and yet only those (and a few more) that are asked for.
 */
export function ahead<T, R>(
  list: readonly T[],
  count: number,
  work: (entry: T) => Promise<R>,
): (entry: T) => Promise<R> {
  const begun = new Map<T, Promise<R>>();
  const begin = (entry: T): Promise<R> => {
    const known = begun.get(entry);
    if (known) return known;
    const promise = work(entry);
    promise.catch(() => undefined); // told to the one who asks
    begun.set(entry, promise);
    return promise;
  };
  return (entry) => {
    const at = list.indexOf(entry);
    for (const next of list.slice(at, at + count)) void begin(next);
    return begin(entry);
  };
}
