import { compileValue } from '../expressions/value.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { describe, type MapEntry, type SourceNode } from '../source/node.ts';
import { isVariableName, magicNames } from './magic.ts';
import type { VariableLayer } from './types.ts';

/** Variables written together. Names that nothing could refer to, or that the engine gives itself, are told and left out. */
export function compileLayer(origin: string, entries: readonly MapEntry[], diagnostics: Diagnostics): VariableLayer {
  const named = entries.filter(({ key, keyPlace }) => checkVariableName(key, keyPlace, diagnostics));
  return {
    origin,
    variables: new Map(
      named.map(({ key, keyPlace, value }) => [
        key,
        { value: compileValue(value, diagnostics), node: value, place: keyPlace },
      ]),
    ),
  };
}

/** A file of variables: one map, or nothing. */
export function compileLayerFile(
  origin: string,
  node: SourceNode | undefined,
  diagnostics: Diagnostics,
): VariableLayer {
  if (node && node.kind !== 'map' && !(node.kind === 'scalar' && node.value === null))
    diagnostics.error('file-shape', node.place, `a file of variables must hold a map, but this is ${describe(node)}`);
  return compileLayer(origin, node?.kind === 'map' ? node.entries : [], diagnostics);
}

export function checkVariableName(name: string, place: MapEntry['keyPlace'], diagnostics: Diagnostics): boolean {
  if (!isVariableName(name)) {
    const plain = name.replace(/\W/g, '_').replace(/^(?=\d)/, '_');
    diagnostics.error(
      'variable-name',
      place,
      `'${name}' cannot be the name of a variable`,
      `letters, digits and _ only: ${plain}`,
    );
    return false;
  }
  return checkMagic(name, place, diagnostics);
}

export function checkMagic(name: string, place: MapEntry['keyPlace'], diagnostics: Diagnostics): boolean {
  if (!magicNames.includes(name)) return true;
  const message = `'${name}' is a variable that the engine sets itself`;
  diagnostics.error('variable-name', place, message, 'choose another name');
  return false;
}

/** Several layers as one; later ones win. */
export function mergeLayers(origin: string, layers: readonly VariableLayer[]): VariableLayer {
  return { origin, variables: new Map(layers.flatMap((layer) => [...layer.variables])) };
}
