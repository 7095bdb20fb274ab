import { resolve } from 'node:path';
import { describeValue } from '../expressions/member.ts';
import { TemplateError } from '../expressions/types.ts';
import { compileValue } from '../expressions/value.ts';
import type { ScalarNode, SourceNode } from '../source/node.ts';
import { shownPath } from '../source/place.ts';
import type { Loader } from './context.ts';
import { holdsExpression, writtenText } from './kinds.ts';
import { compileLayerFile } from './layers.ts';
import { isFile } from './local-files.ts';
import { PlayScope } from './play-scope.ts';
import type { VariableLayer } from './types.ts';
import { readYamlFile } from './yaml-file.ts';

/**
 * The play's `vars_files`, from the playbook's folder or its vars/; a nested list means the first file that exists.
 * Names may contain expressions over extra vars, the play's vars (`before`) and earlier files.
 */
export function readVarsFiles(
  node: SourceNode | undefined,
  folder: string,
  before: readonly VariableLayer[],
  loader: Loader,
): readonly VariableLayer[] {
  const { diagnostics } = loader;
  const found: VariableLayer[] = [];
  for (const item of node?.kind === 'list' ? node.items : node ? [node] : []) {
    const choice = (item.kind === 'list' ? item.items : [item]) as readonly ScalarNode[];
    const names = choice.map((one) => nameOf(one, [...before, ...found], loader));
    if (names.includes(undefined)) continue; // already reported
    const places = names.flatMap((name) => [resolve(folder, name!), resolve(folder, 'vars', name!)]);
    const file = places.find(isFile);
    if (file !== undefined)
      found.push(compileLayerFile(`vars_files ${shownPath(file)}`, readYamlFile(file, loader), diagnostics));
    else
      diagnostics.error(
        'missing-file',
        item.place,
        names.length === 1 ? `there is no variables file '${names[0]}'` : 'none of these variables files exists',
        `searched: ${places.map(shownPath).join(', ')}`,
      );
  }
  return found;
}

function nameOf(
  node: ScalarNode,
  layers: readonly VariableLayer[],
  { extra, diagnostics }: Loader,
): string | undefined {
  if (!holdsExpression(node)) return writtenText(node);
  const template = compileValue(node, diagnostics);
  try {
    const value = template.evaluate(new PlayScope(extra, layers));
    if (typeof value === 'string') return value;
    diagnostics.error(
      'argument-value',
      node.place,
      `a file name must be text, but this expression gives ${describeValue(value)}`,
    );
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    diagnostics.error(
      'play-term',
      node.place,
      `the file name cannot be evaluated before the run: ${error.message}`,
      'vars_files can use extra vars (-e) and vars of the play; for files that depend on the host use include_vars',
    );
  }
  return undefined;
}
