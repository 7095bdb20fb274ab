import type { Coming } from '../../engine/module/probe.ts';

/** A file that apt's configuration will have; null: that will be gone. `url`: its content is what is fetched from there. */
export interface AptFile {
  readonly path: string;
  readonly text: string | null;
  readonly url?: string;
}

/** What a task will have done to apt and its packages, as far as what comes of it hangs on that. */
export type AptStep =
  | { readonly kind: 'sources'; readonly files: readonly AptFile[]; readonly refresh: boolean }
  | {
      readonly kind: 'install';
      /** For apt-get, with its options. */
      readonly words: readonly string[];
      /** Installed ones are replaced by another version. */
      readonly upgrades: boolean;
      readonly hold: readonly string[];
    }
  | { readonly kind: 'remove'; readonly names: readonly string[] };

/** The steps in their order; undefined where a task does not tell what it brings. */
export function aptSteps(coming: readonly Coming[]): readonly AptStep[] | undefined {
  const steps = coming.filter(({ cause }) => cause !== 'kernel-module').map(({ brings }) => brings);
  return steps.includes(undefined) ? undefined : (steps as readonly AptStep[]);
}
