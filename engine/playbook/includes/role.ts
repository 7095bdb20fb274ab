import { basename, join, relative } from 'node:path';
import { TaskFailure } from '../../module/failure.ts';
import { suggest } from '../../source/nearest.ts';
import type { ScalarNode } from '../../source/node.ts';
import type { Place } from '../../source/place.ts';
import type { Context } from '../context.ts';
import { isFile, isFolder } from '../local-files.ts';
import { findRole, isRole, knownRoles, type RoleFrom, type RolePart } from '../roles/files.ts';
import { type RoleCall, unfoldRole } from '../roles/roles.ts';
import type { Loop, VariableLayer } from '../types.ts';
import { firstFile } from '../yaml-file.ts';
import type { IncludeArguments } from './arguments.ts';
import type { Choice, Choices } from './candidate.ts';
import { certainName, matching, type NamePattern, possibleNames } from './names.ts';

/** The possible roles of an include_role, each with the files selected instead of main. */
export function roleChoices(
  main: ScalarNode,
  args: IncludeArguments,
  loop: Loop | undefined,
  context: Context,
  params: readonly VariableLayer[],
): Choices {
  const parts = args.parts();
  const isPublic = args.flag('public') ?? false;
  const unchecked = args.flag('rolespec_validate') === false;
  const choices: Choice[] = [];
  const without: Missing[] = [];
  for (const { name, certain } of rolesLike(main, loop, context))
    for (const chosen of fromLike(name, [...parts], loop, context)) {
      const missing = certain ? [] : chosen.filter(({ part, file }) => !hasFile(name, part, file, context));
      without.push(...missing.map(({ part, file }) => ({ role: name, part, file })));
      if (missing.length > 0) continue;
      const from = Object.fromEntries(
        chosen.map(({ part, file }) => [part, { name: file, place: parts.get(part)!.place }]),
      );
      const key = keyOf(name, from, context);
      choices.push({
        key,
        title: name,
        certain: certain && chosen.every((c) => c.certain),
        read: (inside) => {
          const hidden = isPublic ? undefined : { roleDefaults: [], roleVars: [] };
          const call: RoleCall = {
            name,
            place: main.place,
            from,
            params,
            unchecked,
            ...(hidden && { hidden }),
          };
          return unfoldRole(call, inside);
        },
      });
    }
  for (const missing of without) reportMissing(missing, parts.get(missing.part)!.place, choices.length > 0, context);
  return {
    names: new Map([['name', main], ...[...parts].map(([part, node]) => [`${part}_from`, node] as const)]),
    choices,
    find: (names) => {
      const name = names.get('name')!;
      if (findRole(name, context.play) === undefined)
        throw new TaskFailure(`there is no role '${name}'`, {
          hint: suggest(name, knownRoles(context.play)) ?? 'check the name',
        });
      for (const part of parts.keys()) {
        const file = names.get(`${part}_from`)!;
        if (!hasFile(name, part, file, context)) throw new TaskFailure(`role '${name}' has no ${part} '${file}'`);
      }
      const from = [...parts.keys()].map((part) => [part, { name: names.get(`${part}_from`)!, place: main.place }]);
      return keyOf(name, Object.fromEntries(from) as RoleFrom, context);
    },
  };
}

interface Missing {
  readonly role: string;
  readonly part: RolePart;
  readonly file: string;
}

function hasFile(role: string, part: RolePart, file: string, { play }: Context): boolean {
  const path = findRole(role, play);
  if (path === undefined) return false;
  const inVariableFolder = part === 'vars' || part === 'defaults' ? isFolder(join(path, part, file)) : false;
  return inVariableFolder || firstFile(join(path, part), file) !== undefined;
}

/** A role that an expression may name, but that cannot be meant, is no error as long as another one can be. */
function reportMissing({ role, part, file }: Missing, place: Place, others: boolean, { loader }: Context): void {
  const message = `role '${role}' has no ${part} '${file}'`;
  if (others)
    loader.diagnostics.warning(
      'missing-file',
      place,
      `${message}: the include fails where the expression names this role`,
      `add the file, or see to it that the role is not chosen`,
    );
  else loader.diagnostics.error('missing-file', place, message);
}

function keyOf(name: string, from: RoleFrom, { play }: Context): string {
  const files = (['tasks', 'vars', 'defaults', 'handlers'] as const).map((part) =>
    withoutEnding(from[part]?.name ?? ''),
  );
  return JSON.stringify([findRole(name, play) ?? name, ...files]);
}

function withoutEnding(name: string): string {
  return name.replace(/\.ya?ml$/, '');
}

function rolesLike(
  main: ScalarNode,
  loop: Loop | undefined,
  context: Context,
): readonly { readonly name: string; readonly certain: boolean }[] {
  const { diagnostics } = context.loader;
  return possibleNames(main, loop, context).flatMap((pattern): readonly { name: string; certain: boolean }[] => {
    const name = certainName(pattern);
    if (name !== undefined) return [{ name, certain: true }];
    const found = context.play.rolePlaces.flatMap((place) =>
      matching(pattern, place)
        .filter(isRole)
        .map((path) => relative(place, path)),
    );
    if (found.length === 0)
      diagnostics.error(
        'unknown-role',
        main.place,
        `no role matches '${pattern.map((part) => part ?? '*').join('')}'`,
        suggest('', knownRoles(context.play)),
      );
    return [...new Set(found)].map((role) => ({ name: role, certain: false }));
  });
}

interface ChosenFile {
  readonly part: RolePart;
  readonly file: string;
  readonly certain: boolean;
}

/** All combinations of role files that an include can select. */
function fromLike(
  role: string,
  [first, ...others]: readonly (readonly [RolePart, ScalarNode])[],
  loop: Loop | undefined,
  context: Context,
): readonly (readonly ChosenFile[])[] {
  if (!first) return [[]];
  const [part, node] = first;
  const path = findRole(role, context.play);
  const files = possibleNames(node, loop, context).flatMap((pattern): readonly ChosenFile[] => {
    const name = certainName(pattern);
    if (name !== undefined) return [{ part, file: name, certain: true }];
    return path === undefined
      ? []
      : filesLike(pattern, join(path, part)).map((file) => ({ part, file, certain: false }));
  });
  const rest = fromLike(role, others, loop, context);
  return files.flatMap((file) => rest.map((more) => [file, ...more]));
}

function filesLike(pattern: NamePattern, folder: string): readonly string[] {
  const endings = ['', '.yml', '.yaml'];
  const found = endings
    .flatMap((ending) => matching([...pattern, ending], folder))
    .filter((path) => /\.ya?ml$/.test(path));
  return [...new Set(found)].filter(isFile).map((path) => withoutEnding(relative(folder, path) || basename(path)));
}
