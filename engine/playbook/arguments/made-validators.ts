import type { ValidateFunction } from 'ajv';
import type { AnyModule } from '../../module/module.ts';

/** Precompiled validators of the built-in modules; the build replaces this file. */
export const madeValidators: ReadonlyMap<AnyModule, ValidateFunction> = new Map();
