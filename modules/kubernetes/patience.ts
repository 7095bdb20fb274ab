import { nameOf, type Trouble, type Words } from './pods.ts';

const noImage = /not found|manifest unknown|does not exist|denied|unauthorized|no such image|invalid reference/i;

/**
 * Knows from what was seen while waiting that waiting cannot help: an image that does not exist, or a container that
 * ended again and again in the same way.
 */
export class Patience {
  readonly #ends = new Map<string, Map<number, string>>();

  /** The first for which waiting cannot help, and why; undefined while it may. To be asked at each look at the pods. */
  firstLost(seen: Iterable<readonly [Trouble, Words]>): string | undefined {
    // All are remembered, not only those up to the first.
    const lost = [...seen].map(([trouble, words]) => ({ trouble, why: this.lost(trouble, words) }));
    const first = lost.find(({ why }) => why !== undefined);
    return first && `${nameOf(first.trouble)}: ${first.why}`;
  }

  lost(trouble: Trouble, words: Words): string | undefined {
    const { state, message } = trouble;
    if (/InvalidImageName|ErrImageNeverPull/.test(state)) return 'no image can come of this';
    if (/ErrImagePull|ImagePullBackOff/.test(state) && noImage.test(`${message} ${words.event}`))
      return 'the image is not where it is fetched from';
    return this.#repeats(trouble, words) ? 'it ends in the same way each time' : undefined;
  }

  #repeats(trouble: Trouble, words: Words): boolean {
    const { namespace, pod, container, restarts, end, state } = trouble;
    if (!end || end.code === 0 || !/CrashLoopBackOff|Error/.test(state)) return false;
    const name = `${namespace}/${pod}/${container}`;
    const ends = this.#ends.get(name) ?? new Map<number, string>();
    this.#ends.set(name, ends);
    ends.set(restarts, `${end.code} ${end.reason} ${withoutTimes(words.log.at(-1) ?? '')}`);
    return restarts >= 3 && ends.size >= 2 && new Set(ends.values()).size === 1;
  }
}

/** Two ends are the same though they were at different times, in different processes. */
function withoutTimes(line: string): string {
  return line.replaceAll(/\d+/g, '0');
}
