import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { commands } from '../../engine/cli/commands/index.ts';
import { propertySchema, type Schema, undeclared } from '../../engine/playbook/arguments/schema-walk.ts';
import { keywords } from '../../engine/playbook/keywords.ts';
import { modules } from '../../modules/index.ts';

/** The texts after `hint:` in the code, also those of a choice; what is filled in is `…`. */
function hintsIn(source: string): readonly string[] {
  const found: string[] = [];
  for (const { index } of source.matchAll(
    /\bhints?\b[^\n]{0,40}?[:=]|new (?:TaskFailure|Unreachable|BecomeFailed)\(/g,
  )) {
    const rest = source.slice(index, index + 900).split(/\n\n|;\n/)[0]!;
    for (const [, single, double, template] of rest.matchAll(
      /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g,
    ))
      found.push((single ?? double ?? template ?? '').replaceAll(/\$\{[^}]*\}/g, '…'));
  }
  return found;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

const hints = [...filesIn('modules'), ...filesIn('engine')].flatMap((file) =>
  hintsIn(readFileSync(file, 'utf8')).map((hint) => ({ file, hint })),
);

const argumentSchemas = (name: string): readonly Schema[] =>
  modules.map((module) => propertySchema(module.args, name)).filter((schema) => schema !== undeclared);

/** Whether some argument or keyword of this name can have this value. */
function canBe(name: string, value: string): boolean {
  if (Object.hasOwn(keywords, name)) return true;
  return argumentSchemas(name).some(({ type, enum: allowed, const: only }) => {
    if (allowed !== undefined) return (allowed as unknown[]).map(String).includes(value);
    if (only !== undefined) return JSON.stringify(only) === value;
    return value === 'true' || value === 'false' ? [type].flat().includes('boolean') : true;
  });
}

describe('hints of the code', () => {
  it('are found', () => {
    expect(hints.length).to.be.greaterThan(100);
  });
  it('name arguments and values that exist', () => {
    const wrong = hints.flatMap(({ file, hint }) =>
      [
        ...hint.matchAll(
          /(?<![\w'"./-])([a-z]+(?:_[a-z]+)*): (true|false|absent|present|directory|touch|link|unmounted|mounted|cleanup)\b/g,
        ),
      ]
        .filter(([, name, value]) => !canBe(name!, value!))
        .map(([all]) => `${file}: ${all} (${hint})`),
    );
    expect(wrong).to.deep.equal([]);
  });
  it('name commands and options of tsplay that exist', async () => {
    const names = commands.map(({ name }) => name);
    const rows = await Promise.all(commands.map(async ({ load }) => (await load()).row));
    const options = `${JSON.stringify(rows)}${readFileSync('engine/cli/options.ts', 'utf8')}`;
    const others = /\b(?:gpg|kubectl|kubeadm|ssh|systemctl|apt-get|dpkg|umount|lsof|journalctl)\b[^,;`]*$/;
    const wrong = hints.flatMap(({ file, hint }) => [
      ...[...hint.matchAll(/\btsplay ([a-z]+)\b/g)]
        .filter(
          ([, name]) =>
            !names.includes(name!) && (hint.includes(`\`tsplay ${name!}`) || hint.includes(`run: tsplay ${name!}`)),
        )
        .map(([all]) => `${file}: ${all}`),
      ...[...hint.matchAll(/(?<![\w-])--([a-z][a-z-]+[a-z])(?= |$|,|;|\))/g)]
        .filter(
          ({ 1: name, index }) =>
            hint !== `--${name}` && !others.test(hint.slice(0, index)) && !options.includes(`--${name}`),
        )
        .map(([all]) => `${file}: ${all} (${hint})`),
    ]);
    expect(wrong).to.deep.equal([]);
  });
  it('name modules that exist', () => {
    const known = new Set([...modules.map(({ name }) => name), 'become_user']);
    const wrong = hints.flatMap(({ file, hint }) =>
      [...hint.matchAll(/\b(?:first|it|account|group) \(([a-z_]+)\)/g)]
        .filter(([, name]) => !known.has(name!))
        .map(([all]) => `${file}: ${all}`),
    );
    expect(wrong).to.deep.equal([]);
  });
});
