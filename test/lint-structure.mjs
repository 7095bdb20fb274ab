import { dirname, relative, resolve } from 'node:path';

/** The project's own lint rules: which part may import which, and no file too small to be one. Their lists are in .oxlintrc.json. */
const root = resolve(import.meta.dirname, '..');

const layerOf = (path) => /^engine\/([^/]+?)(?:\.ts|\/)/.exec(path)?.[1];

/** Why `file` may not import `target`; undefined if it may. Both paths are relative to the project's root. */
function refusal(file, target, { order, joins }) {
  if (file.startsWith('modules/'))
    return /^(modules|engine\/module)\//.test(target) ? undefined : 'modules import only engine/module';
  if (!target.startsWith('engine/'))
    return joins.includes(file) && target === 'modules/index.ts' ? undefined : 'the engine does not import modules';
  const [own, other] = [layerOf(file), layerOf(target)];
  if (!order.includes(own)) return `${own} is not in the list of layers`;
  return order.indexOf(other) >= order.indexOf(own) ? undefined : `${own} is a layer below ${other}`;
}

const layers = {
  meta: { schema: [{ type: 'object' }] },
  create(context) {
    const file = relative(root, context.filename);
    const check = ({ source }) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const reason = refusal(
        file,
        relative(root, resolve(dirname(context.filename), source.value)),
        context.options[0],
      );
      if (reason) context.report({ node: source, message: `${reason} (see .oxlintrc.json)` });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      TSImportType: check,
    };
  },
};

const smallFiles = {
  meta: { schema: [{ type: 'object' }] },
  create(context) {
    const { under, allowed } = context.options[0];
    const isAllowed = allowed.includes(relative(root, context.filename));
    return {
      Program(node) {
        const lines = context.sourceCode.text.trimEnd().split('\n').length;
        if (lines < under && !isAllowed)
          context.report({
            node,
            message: `only ${lines} lines: merge the file into a neighbor, or allow it in .oxlintrc.json`,
          });
        if (lines >= under && isAllowed)
          context.report({ node, message: `${lines} lines need no exception: remove it from .oxlintrc.json` });
      },
    };
  },
};

export default { meta: { name: 'structure' }, rules: { layers, 'small-files': smallFiles } };
