import { Unknown } from '../../module/unknown.ts';
import type { Task, VariableFiles, VariableLayer } from '../../playbook/types.ts';
import type { HostState } from '../host/state.ts';
import { type Outcome, reasonOf } from './result.ts';

/** What an include_vars comes to. The values are evaluated where they are used, as all variables are. */
export function readVariables(from: VariableFiles, args: unknown): Outcome {
  const { layer, files } = from.choose(args as Readonly<Record<string, unknown>>);
  return { status: 'ok', differences: [], variables: layer, result: { ansible_included_var_files: files } };
}

/** Gives the host what a task has read. Where it is unknown which files would be, all that they define is unknown. */
export function rememberFiles(task: Task, host: HostState, outcome: Outcome): void {
  if (outcome.variables) host.included.push(outcome.variables);
  if (outcome.status === 'unknown')
    for (const layer of task.variableFiles?.layers ?? []) host.included.push(unknownLayer(layer, reasonOf(outcome)));
}

function unknownLayer({ origin, variables }: VariableLayer, reason: string): VariableLayer {
  const value = new Unknown(reason);
  return {
    origin,
    variables: new Map(
      [...variables].map(([name, variable]) => [
        name,
        { ...variable, value: { ...variable.value, evaluate: () => value } },
      ]),
    ),
  };
}
