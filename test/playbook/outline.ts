import type { Entry, Play } from '../../engine/playbook/types.ts';

/** A play as a person would note it down: one line an entry, with all that it inherits. */
export function outline(play: Play): readonly string[] {
  return [
    `play ${play.name} on ${String(play.hosts.evaluate({ lookup: () => undefined, names: () => [] }))}`,
    `variables: ${[...play.layers.roleDefaults, ...play.layers.vars].map((layer) => layer.origin).join(' < ')}`,
    ...play.sections.flatMap((section, i) => [`section ${i + 1}`, ...section.flatMap((entry) => lines(entry, '  '))]),
    'handlers',
    ...play.handlers.flatMap((handler) => lines(handler, '  ')),
  ];
}

function lines(entry: Entry, indent: string): readonly string[] {
  const parts = [
    entry.kind === 'task'
      ? `${entry.name} (${entry.module.name} ${[...entry.args.keys()].join(' ')})`
      : `${entry.kind} ${entry.name}`,
    entry.role && `role ${entry.role.name}`,
    entry.tags.size > 0 && `tags ${[...entry.tags].join(',')}`,
    entry.when.length > 0 && `when ${entry.when.map((c) => c.source).join(' and ')}`,
    entry.notify.length > 0 && `notify ${entry.notify.length}`,
    entry.settings.become && `become ${String(value(entry.settings.become))}`,
    entry.settings.becomeUser && `as ${String(value(entry.settings.becomeUser))}`,
    entry.layers.length > 0 &&
      `layers ${entry.layers.map((layer) => `${layer.origin} {${[...layer.variables.keys()].join(' ')}}`).join(' < ')}`,
  ];
  const line = indent + parts.filter((part) => typeof part === 'string').join('; ');
  if (entry.kind !== 'block') return [line];
  const inner = (name: 'block' | 'rescue' | 'always'): readonly string[] => [
    `${indent}  ${name}`,
    ...entry[name].flatMap((e) => lines(e, `${indent}    `)),
  ];
  return [line, ...inner('block'), ...inner('rescue'), ...inner('always')];
}

function value(template: { evaluate(scope: { lookup(): undefined; names(): [] }): unknown }): unknown {
  return template.evaluate({ lookup: () => undefined, names: () => [] });
}
