import type { ErrorObject } from 'ajv';
import type { AnyModule } from '../../module/module.ts';
import { formatOf, isPlain, itemSchema, propertySchema, type Schema, undeclared } from './schema-walk.ts';
import { validatorOf } from './validators.ts';
import { type ArgumentProblem, explainProblem, requiredNames } from './words.ts';

/** Placeholder for a value that is unknown before the run. */
export const unknownPart: unique symbol = Symbol('unknown part');

/** Fills defaults into `args` and returns their problems. Parts that are `unknownPart` are not validated. */
export function validateArguments(module: AnyModule, args: Record<string, unknown>): readonly ArgumentProblem[] {
  const validate = validatorOf(module);
  validate(args); // ajv fills in defaults only after evaluating `if`, so validate twice
  const unusable = textsWithNul(args, module.args, []);
  if (validate(args)) return unusable;
  const problems = leaves(validate.errors ?? [])
    .filter(isCertain)
    .map((error) => explainProblem(module.name, error));
  const isTold = ({ path }: ArgumentProblem): boolean => unusable.some((one) => one.path.join() === path.join());
  return [...unusable, ...problems.filter((problem) => !isTold(problem))];
}

/** Neither a command nor the name of a file can hold a NUL character. Only what the schema calls a content is sent as it is. */
function textsWithNul(value: unknown, schema: Schema, path: readonly string[]): readonly ArgumentProblem[] {
  if (typeof value === 'string') {
    if (!value.includes('\0') || formatOf(schema) === 'content') return [];
    const message = `'${path.join('.')}' holds a NUL character, which no command and no file name can`;
    return [{ code: 'argument-value', path, message }];
  }
  if (Array.isArray(value))
    return value.flatMap((item, i) => textsWithNul(item, itemSchema(schema), [...path, `${i}`]));
  if (!isPlain(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => {
    const inner = propertySchema(schema, key);
    return inner === undeclared ? [] : textsWithNul(part, inner, [...path, key]);
  });
}

/** A failed oneOf/anyOf reports the errors of every branch: keeps those of the intended branch, else the choice's own. */
function leaves(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = errors.filter((e) => e.keyword === 'oneOf' || e.keyword === 'anyOf');
  let kept = errors.filter((e) => e.keyword !== 'if' && e.propertyName === undefined); // reported by other errors too
  for (const choice of choices) {
    const inside = kept.filter((e) => e.schemaPath.startsWith(`${choice.schemaPath}/`));
    const branches = (choice.schema as readonly unknown[]).map((_, i) =>
      inside.filter((e) => e.schemaPath.startsWith(`${choice.schemaPath}/${i}/`)),
    );
    const meant = branches.filter(
      (branch) =>
        !branch.some(
          (e) => e.instancePath === choice.instancePath && ['type', 'const', 'enum', 'required'].includes(e.keyword),
        ),
    );
    const instead = meant.length === 1 ? meant[0]! : [choice];
    kept = [...kept.filter((e) => e !== choice && !inside.includes(e)), ...instead];
  }
  return kept;
}

/** Problems with names hold whatever the values are; a value counts only if all of it is known. */
function isCertain(error: ErrorObject): boolean {
  return (
    ['required', 'additionalProperties', 'propertyNames', 'dependentRequired'].includes(error.keyword) ||
    requiredNames(error) !== undefined ||
    !holdsUnknown(error.data)
  );
}

export function holdsUnknown(value: unknown): boolean {
  if (value === unknownPart) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsUnknown);
}
