import type { RunOptions } from '../../../engine/run/options.ts';
import type { Case } from '../case.ts';

type Given = Partial<RunOptions>;

const flags: readonly (readonly [keyof Given, string])[] = [
  ['check', '--check'],
  ['diff', '--diff'],
  ['forceHandlers', '--force-handlers'],
  ['become', '--become'],
];

const values: readonly (readonly [keyof Given, string])[] = [
  ['tags', '--tags'],
  ['skipTags', '--skip-tags'],
  ['forks', '--forks'],
  ['becomeUser', '--become-user'],
  ['becomeMethod', '--become-method'],
  ['user', '--user'],
  ['timeoutSeconds', '--timeout'],
  ['startAt', '--start-at-task'],
];

/** The words of a case's options for ansible-playbook, in the folder that holds its files. */
export function argumentsOf({
  options = {},
  extra,
  limit,
  vault = {},
  inventories = ['hosts.yml'],
}: Case): readonly string[] {
  return [
    ...inventories.flatMap((name) => ['-i', name]),
    ...flags.filter(([name]) => options[name] === true).map(([, word]) => word),
    ...values.filter(([name]) => options[name] !== undefined).map(([name, word]) => `${word}=${String(options[name])}`),
    ...(extra ? ['--extra-vars', JSON.stringify(extra)] : []),
    ...Object.keys(vault).map((id) => `--vault-id=${id}@vault-${id}.password`),
    ...(limit === undefined ? [] : [`--limit=${limit.replaceAll('DIR/', '')}`]),
    'site.yml',
  ];
}
