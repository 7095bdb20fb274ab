import type { ValidateFunction } from 'ajv';
import type { AnyModule } from '../../module/module.ts';

/** Validators of the modules that come along, in the form that the build gives them: it puts them in the place of this file. */
export const madeValidators: ReadonlyMap<AnyModule, ValidateFunction> = new Map();
