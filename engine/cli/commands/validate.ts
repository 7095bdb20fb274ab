import { sarif } from '../../report/sarif.ts';
import { type Prepared, prepare } from '../../run/prepare.ts';
import { type Diagnostic, formatDiagnostic, InvalidInput } from '../../source/diagnostic.ts';
import { shownPath } from '../../source/place.ts';
import { version } from '../../source/version.ts';
import { count, countOf, inOrder, UsageError } from '../problem.ts';
import { type PlaybookOptions, requestOf } from '../request.ts';

const forms = ['human', 'json', 'sarif'];

/** `tsplay validate`: the check that stands before every run, by itself. Returns the exit code. */
export async function validateCommand(
  playbooks: readonly string[],
  options: PlaybookOptions & { readonly output?: string },
): Promise<number> {
  const { output = 'human', inventory = [] } = options;
  if (!forms.includes(output)) throw new UsageError(`--output is human, json or sarif, not '${output}'`);
  if (inventory.length === 0 && options.limit !== undefined)
    throw new UsageError('--limit chooses hosts of an inventory: name one with -i');
  const { diagnostics, prepared } = await judge(playbooks, { ...options, inventory });
  if (output === 'human') {
    for (const found of diagnostics) process.stdout.write(`${formatDiagnostic(found)}\n\n`);
    process.stdout.write(`${closing(diagnostics, prepared, inventory.length > 0)}\n`);
  } else {
    const report = output === 'json' ? json(diagnostics) : sarif(diagnostics, version, process.cwd());
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  }
  return prepared ? 0 : 1;
}

/** All that was found, and (where no error is among it) what could be run. */
async function judge(
  playbooks: readonly string[],
  options: PlaybookOptions,
): Promise<{ diagnostics: readonly Diagnostic[]; prepared?: Prepared }> {
  try {
    const prepared = await prepare(await requestOf(playbooks, options));
    return { diagnostics: inOrder(prepared.warnings), prepared };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { diagnostics: inOrder(error.diagnostics) };
  }
}

function closing(diagnostics: readonly Diagnostic[], prepared: Prepared | undefined, hosts: boolean): string {
  const found = count(diagnostics);
  const without = hosts
    ? ''
    : '\nWithout an inventory (-i) hosts and the variables that it may define are not checked.';
  if (!prepared) return `${found}. No host was touched.${without}`;
  const plays = countOf(prepared.playbook.plays.length, 'play');
  const seen = hosts ? `${plays}, ${countOf(prepared.inventory.hosts.size, 'host')}` : plays;
  return `${found}: ${seen}.${without}`;
}

function json(diagnostics: readonly Diagnostic[]): object {
  const of = (severity: string): number => diagnostics.filter((d) => d.severity === severity).length;
  return {
    errors: of('error'),
    warnings: of('warning'),
    diagnostics: diagnostics.map(({ place, ...rest }) => ({
      ...rest,
      ...(place && { ...place, file: shownPath(place.file) }),
    })),
  };
}
