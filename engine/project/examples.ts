import type { AnyModule } from '../module/module.ts';
import { unknownPart, validateArguments } from '../playbook/arguments/validate.ts';
import { withoutCollection } from '../playbook/module-names.ts';
import { Diagnostics } from '../source/diagnostic.ts';
import type { MapNode } from '../source/node.ts';
import { parseYaml } from '../source/yaml.ts';
import type { Fault } from './types.ts';

/** Reports examples that are invalid YAML, contain no task with the module, or use unknown arguments. Values are not checked. */
export function exampleFaults(module: AnyModule): readonly Fault[] {
  return module.examples.flatMap((text, index) =>
    problemsOf(module, text).map((problem): Fault => {
      const [near] = text.trim().split('\n');
      const message = `example ${index + 1} of module '${module.name}': ${problem}`;
      return { code: 'module-example', message, ...(near !== undefined && near !== '' && { near: near.slice(0, 20) }) };
    }),
  );
}

function problemsOf(module: AnyModule, text: string): readonly string[] {
  const diagnostics = new Diagnostics();
  const node = parseYaml('example', text, diagnostics);
  if (diagnostics.hasErrors)
    return diagnostics.errors.map(({ message, place }) => `${message} (line ${place?.line ?? 1} of the example)`);
  const tasks = node?.kind === 'list' ? node.items.filter((item) => item.kind === 'map') : [];
  const calls = tasks.flatMap(callsIn).filter(({ key }) => withoutCollection(key) === module.name);
  if (calls.length === 0) return [`it must be a list of tasks that uses '${module.name}'`];
  return calls.flatMap(({ value }) => {
    if (value.kind !== 'map') return [];
    const given = Object.fromEntries(value.entries.map((entry) => [entry.key, unknownPart]));
    return validateArguments(module, given).map((problem) => problem.message);
  });
}

/** The entries of a task, and of the tasks in a block. */
function callsIn(task: MapNode): MapNode['entries'] {
  return task.entries.flatMap((entry) =>
    entry.value.kind === 'list'
      ? [entry, ...entry.value.items.flatMap((i) => (i.kind === 'map' ? callsIn(i) : []))]
      : [entry],
  );
}
