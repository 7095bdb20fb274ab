import { TaskFailure } from '../../engine/module/failure.ts';
import type { Changed, Check, Reader, Writer } from '../../engine/module/module.ts';
import { cannotTell, type Probe } from '../../engine/module/probe.ts';
import { quote, quoteAll, sh } from '../../engine/module/quote.ts';
import { pathState, realPath } from '../files/path.ts';
import { fileDigest, fileText } from '../files/text.ts';
import { linesOf, withoutFinalNewlines } from './lines.ts';

/** The arguments that `command` and `shell` have in common. */
export const commandArgs = {
  chdir: { type: 'string', format: 'path', description: 'Working directory.' },
  creates: { type: 'string', description: 'A path; if it exists, the command is not run.' },
  removes: { type: 'string', description: 'A path; if it does not exist, the command is not run.' },
  unless: {
    type: 'string',
    description: 'A read-only shell command; if it succeeds, the command is not run. Also run in check mode.',
  },
  onlyif: {
    type: 'string',
    description: 'A read-only shell command; if it fails, the command is not run. Also run in check mode.',
  },
  stdin: {
    type: 'string',
    format: 'content',
    description: 'Standard input of the command. Pass secrets here or in environment, never as arguments.',
  },
} as const;

export const commandReturns = {
  type: 'object',
  properties: {
    rc: { type: 'integer', description: 'The exit code.' },
    stdout: { type: 'string', description: 'Its standard output, without trailing newlines.' },
    stderr: { type: 'string', description: 'Its standard error.' },
    stdout_lines: { type: 'array', items: { type: 'string' }, description: 'The same, line by line.' },
    stderr_lines: { type: 'array', items: { type: 'string' }, description: 'The same, line by line.' },
    cmd: { type: ['string', 'array'], description: 'The command that was run.' },
  },
} as const;

export interface CommandArguments {
  readonly chdir?: string;
  readonly creates?: string;
  readonly removes?: string;
  readonly unless?: string;
  readonly onlyif?: string;
  readonly stdin?: string;
}

/** Whether the command has to run; `shown` is what people see of it. */
export async function checkCommand(args: CommandArguments, shown: string, host: Reader): Promise<Check<null>> {
  const there = async (path: string | undefined): Promise<boolean | undefined> =>
    path === undefined
      ? undefined
      : exists(host, args.chdir === undefined || path.startsWith('/') ? '' : `${args.chdir}/`, path);
  const succeeds = async (command: string | undefined): Promise<boolean | undefined> =>
    command === undefined ? undefined : host.read(success(command, args.chdir));
  const [creates, removes, unless, onlyif] = await Promise.all([
    there(args.creates),
    there(args.removes),
    succeeds(args.unless),
    succeeds(args.onlyif),
  ]);
  const idle =
    creates === true
      ? `${args.creates} exists`
      : removes === false
        ? `${args.removes} does not exist`
        : unless === true
          ? `'${args.unless}' succeeds`
          : onlyif === false
            ? `'${args.onlyif}' fails`
            : undefined;
  if (idle !== undefined)
    return {
      present: null,
      differences: [],
      message: `nothing to do: ${idle}`,
      result: resultOf({ code: 0, stdout: '', stderr: '' }, shown),
    };
  const touched = [args.creates, args.removes].filter((path) => path !== undefined);
  return {
    present: null,
    differences: [{ what: 'command', from: null, to: shown }],
    after: touched.flatMap((path) => [pathState, fileText, fileDigest, realPath].map((of) => cannotTell(of(path)))),
  };
}

export async function runCommand(
  argv: readonly string[],
  args: CommandArguments,
  shown: string | readonly string[],
  host: Writer,
): Promise<Changed> {
  const { stdin, chdir } = args;
  const out = await host.run(argv, {
    ...(stdin !== undefined && { stdin: stdin.endsWith('\n') ? stdin : `${stdin}\n` }),
    ...(chdir !== undefined && { directory: chdir }),
  });
  const result = resultOf(out, shown);
  if (out.code === 0) return { result };
  const why = out.stderr.trim().split('\n').at(-1) || out.stdout.trim().split('\n').at(-1) || 'no output';
  const hint =
    out.code === 127
      ? 'command not found on the host: check that its package is installed and that it is on the PATH'
      : undefined;
  throw new TaskFailure(`exit code ${out.code}: ${why}`, {
    command: typeof shown === 'string' ? shown : quoteAll(shown),
    output: out,
    result,
    ...(hint !== undefined && { hint }),
  });
}

export function resultOf(
  out: { code: number; stdout: string; stderr: string },
  cmd: string | readonly string[],
): Record<string, unknown> {
  const [stdout, stderr] = [withoutFinalNewlines(out.stdout), withoutFinalNewlines(out.stderr)];
  return { rc: out.code, stdout, stderr, stdout_lines: linesOf(stdout), stderr_lines: linesOf(stderr), cmd };
}

/** A path may hold wildcards of the shell. */
async function exists(host: Reader, folder: string, path: string): Promise<boolean> {
  // Without a folder, a name that begins with - would be an option.
  const place = path.startsWith('-') && folder === '' ? `./${path}` : path;
  if (!/[*?[]/.test(path)) return (await host.read(pathState(folder + place))).type !== 'absent';
  return host.read(globMatches(folder, place));
}

/** The folder is taken as it is written. */
function globMatches(folder: string, pattern: string): Probe<boolean> {
  const words = pattern
    .split(/([*?]|\[[^\]]*\])/)
    .map((part, i) => (i % 2 === 1 ? part : sh`${part}`.replace(/^''$/, '')));
  return {
    key: `glob:${folder}${folder === '' ? '' : ': '}${pattern}`,
    script: `set -- ${folder === '' ? '' : quote(folder)}${words.join('')}; [ -e "$1" ] || [ -L "$1" ]`,
    parse: (out) => out.code === 0,
    describe: (there) => (there ? 'there' : 'not present'),
  };
}

/** The command may read anything, including other hosts. */
function success(command: string, directory: string | undefined): Probe<boolean> {
  return {
    key: `succeeds:${directory === undefined ? '' : `${directory}: `}${command}`,
    script:
      directory === undefined
        ? sh`sh -c ${command} >/dev/null 2>&1`
        : sh`cd -- ${directory} && sh -c ${command} >/dev/null 2>&1`,
    parse: (out) => out.code === 0,
    describe: (succeeds) => (succeeds ? 'succeeds' : 'fails'),
    shared: true,
  };
}
