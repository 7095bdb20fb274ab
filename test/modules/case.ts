import type { AnyModule, Difference } from '../../engine/module/module.ts';
import type { GivenHost } from '../../engine/module/testing.ts';

/** A module's behaviour as data: on a host like this, with these arguments, these differences are found and these commands run. */
export interface ModuleCase {
  readonly title: string;
  readonly module: AnyModule;
  /** As a module receives them: defaults filled in, files already found. */
  readonly args: unknown;
  readonly given: GivenHost;
  /** All of them, in order; text stands for a difference of that name whatever its values. */
  readonly differences?: readonly (Difference | string)[];
  /** Command lines, scripts and `write PATH`, in order; not looked at when missing. */
  readonly commands?: readonly string[];
  /** What files are written with, by path; not looked at when missing. */
  readonly written?: Readonly<Record<string, string>>;
  /** Part of the message of the failure that check or change must end with. */
  readonly fails?: string;
  /** Fields of the registered result (of the check, then of the change over it). */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Part of the message of the check. */
  readonly message?: string;
  /** What a second check sees of the module's own predictions: nothing left (the default), something left, or an unknown. */
  readonly converges?: boolean | 'unknown';
}
