import type { Checked, View, ViewOptions } from './view.ts';

/** The commands that run tasks. */
export type Running = 'run' | 'plan' | 'apply' | 'exec';

interface Output {
  /** The value of --output. */
  readonly name: string;
  readonly description: string;
  readonly commands: readonly Running[];
  create(options: ViewOptions): Promise<View>;
}

/** The outputs of a run. A new one is a row here and a file beside this one; help, checks and completion follow. */
export const outputs: readonly Output[] = [
  {
    name: 'human',
    description: 'for a person: hosts with the same result share a line',
    commands: ['run', 'apply'],
    create: async (options) => (await import('./human.ts')).humanView(options),
  },
  {
    name: 'human',
    description: 'for a person: progress, as the plan is printed when it is complete',
    commands: ['plan'],
    create: async (options) => (await import('./live.ts')).progressView(options),
  },
  {
    name: 'human',
    description: 'for a person: a line per host, then what the task printed',
    commands: ['exec'],
    create: async (options) => (await import('./one-task.ts')).oneTaskView(options),
  },
  {
    name: 'jsonl',
    description: 'for programs: one JSON object per event',
    commands: ['run', 'plan', 'apply', 'exec'],
    create: async () => (await import('./jsonl.ts')).jsonLine,
  },
];

/** The values of --output that a command takes; the first is the default. */
export function outputNames(command: Running): readonly string[] {
  return outputs.filter(({ commands }) => commands.includes(command)).map(({ name }) => name);
}

/** The view that a command's --output names. */
export function createView(command: Running, name: string, options: ViewOptions): Promise<View> {
  const output = outputs.find((row) => row.name === name && row.commands.includes(command));
  if (!output) throw new Error(`${command} has no output '${name}'`);
  return output.create(options);
}

interface CheckOutput {
  /** The value of --output. */
  readonly name: string;
  readonly description: string;
  create(): Promise<(checked: Checked) => string>;
}

/** The outputs of a check; the first is the default. */
export const checkOutputs: readonly CheckOutput[] = [
  {
    name: 'human',
    description: 'for a person: each problem with its line',
    create: async () => (await import('./diagnostics.ts')).diagnosticsText,
  },
  {
    name: 'json',
    description: 'for programs: counts and problems as one object',
    create: async () => (await import('./diagnostics.ts')).diagnosticsJson,
  },
  {
    name: 'sarif',
    description: 'for code hosts and editors: SARIF 2.1.0',
    create: async () => (await import('./sarif.ts')).sarifText,
  },
];
