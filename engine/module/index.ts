/**
 * `tsplay/module`: everything that a module author imports. The one file of the engine that only re-exports: it is a public
 * entry of the package, and what projects import at run time is this very instance (see project/load.ts).
 */
export { expectSuccess, TaskFailure } from './failure.ts';
export {
  type AnyModule,
  type Changed,
  type Check,
  type Difference,
  defineModule,
  type FileAttributes,
  type InventoryAddition,
  type Module,
  type Nature,
  type Reader,
  type RunOptions,
  type Writer,
} from './module.ts';
export {
  type AppearsWith,
  allWillBe,
  cannotTell,
  cannotTellAny,
  type LiveReader,
  mayAppear,
  type Output,
  type Prediction,
  type Probe,
  type SideEffect,
  type UpcomingEffect,
  type VersionOf,
  willBe,
} from './probe.ts';
export { quote, quoteAll, sh } from './quote.ts';
export type { ArgumentSchema, Arguments, Evaluated, LocalFile, RenderedFile, Verdict } from './schema.ts';
export { UnknownValue } from './unknown.ts';
