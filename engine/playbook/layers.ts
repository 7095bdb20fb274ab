import { compileValue } from '../expressions/value.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { describe, type MapEntry, type SourceNode } from '../source/node.ts';
import { isVariableName, magicNames } from './magic.ts';
import type { VariableLayer } from './types.ts';

/** Variables written together. Invalid and reserved names are reported and left out. */
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

/** A variables file: one map, or empty. */
export function compileLayerFile(
  origin: string,
  node: SourceNode | undefined,
  diagnostics: Diagnostics,
): VariableLayer {
  if (node && node.kind !== 'map' && !(node.kind === 'scalar' && node.value === null))
    diagnostics.error('file-shape', node.place, `a variables file must be a map, but this is ${describe(node)}`);
  return compileLayer(origin, node?.kind === 'map' ? node.entries : [], diagnostics);
}

export function checkVariableName(name: string, place: MapEntry['keyPlace'], diagnostics: Diagnostics): boolean {
  if (!isVariableName(name)) {
    const plain = name.replace(/\W/g, '_').replace(/^(?=\d)/, '_');
    diagnostics.error(
      'variable-name',
      place,
      `'${name}' is not a valid variable name`,
      `use only letters, digits and _: ${plain}`,
    );
    return false;
  }
  return checkMagic(name, place, diagnostics);
}

export function checkMagic(name: string, place: MapEntry['keyPlace'], diagnostics: Diagnostics): boolean {
  if (!magicNames.includes(name)) return true;
  const message = `'${name}' is reserved: tsplay sets it itself`;
  diagnostics.error('variable-name', place, message, 'choose another name');
  return false;
}

/** Merges layers; later ones win. */
export function mergeLayers(origin: string, layers: readonly VariableLayer[]): VariableLayer {
  return { origin, variables: new Map(layers.flatMap((layer) => [...layer.variables])) };
}
