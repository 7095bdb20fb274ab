import { expect } from 'chai';
import { formatOf, type Schema } from '../../engine/playbook/arguments/schema-walk.ts';
import { modules } from '../../modules/index.ts';
import { examplesOf, loaded, placesOf, refused, withValue } from './hostile/arguments.ts';
import { faultsIn, mark } from './hostile/faults.ts';
import { seenOf, worlds } from './hostile/host.ts';

const values: readonly string[] = [
  `-${mark}`,
  `--${mark}=x`,
  `@${mark}`,
  `=${mark}`,
  `${mark}:b`,
  `../${mark}`,
  ` ${mark}`,
  `${mark}\nINJECTED x`,
  `${mark}\rINJECTED x`,
  `${mark}\u2028INJECTED x`,
  `${mark}\0x`,
  `%s${mark}%n`,
  `$(${mark})`,
  `\`${mark}\``,
  `${mark}; ${mark}`,
  `'${mark}"\\`,
  `${mark}*[a]?{b,c}`,
  `${mark}${'x'.repeat(300)}`,
];

/** What a path or an address begins with. */
const forms = ['', '!', '/', 'http://', '# {mark} ', 'true %s '];
const fine = 'fine';

/** Arguments that are meant as commands, expressions or texts: what they do on the host is the author's own. */
const meant: Readonly<Record<string, readonly string[]>> = {
  command: ['cmd', 'argv.0', 'unless', 'onlyif'],
  shell: ['cmd', 'executable', 'unless', 'onlyif'],
  reboot: ['test_command'],
};
const validates = 'validate'; // of every module that has it

/** Arguments that are several lines of a file. */
const texts: readonly string[] = ['copy content', 'blockinfile block', 'replace replace', 'authorized_key key'];

describe('hostile arguments', () => {
  for (const module of modules) {
    const places = placesOf(module.args);
    const examples = examplesOf(module);
    for (const { path, schema } of places) {
      const name = path.join('.');
      it(`are refused, or are operands and nothing else: ${module.name} ${name}`, async () => {
        const hasWildcards = ['creates', 'removes'].includes(name);
        const free = name === validates || meant[module.name]?.includes(name) === true;
        const faults: string[] = [];
        const at = path.map((part) => (part === '*' ? 'a' : part));
        if (module.name === 'pause') return; // it refuses its only text
        const form = forms.find((one) =>
          examples.some((args) => !refused(module, withValue(structuredClone(args), at, one + fine))),
        );
        // Some are no free text at all.
        const isBound = 'pattern' in schema || formatOf(schema) === 'mode';
        if (form === undefined && isBound) return;
        expect(form, 'no example has this argument').not.to.equal(undefined);
        const bases = examples.filter((args) => !refused(module, withValue(structuredClone(args), at, form! + fine)));
        const own = bases.filter((args) => Object.hasOwn(args, path[0]!));
        for (const value of values) {
          const tried = form! + value;
          for (const [i, example] of [...own, ...bases.slice(0, 1)].slice(0, 2).entries()) {
            const args = structuredClone(withValue(example, at, tried));
            if (refused(module, args)) continue;
            if (tried.includes('\0') && formatOf(schema) !== 'content')
              faults.push(`NUL is accepted in ${JSON.stringify(args)}`);
            const ready = Object.fromEntries(
              Object.entries(args).map(([key, one]) => [
                key,
                loaded(one, (module.args.properties?.[key] ?? {}) as Schema),
              ]),
            );
            for (const world of i === 0 ? worlds : worlds.slice(0, 2)) {
              const { scripts, written } = await seenOf(module, ready, world);
              if (free) continue;
              for (const script of new Set(scripts))
                faults.push(
                  ...faultsIn(script, tried).filter((one) => !hasWildcards || !one.startsWith('is expanded')),
                );
              for (const { path: file, text } of written)
                if (/(?:^|\n)\s*INJECTED/.test(text) && !texts.includes(`${module.name} ${name}`))
                  faults.push(`adds a line to ${file}`);
            }
          }
        }
        expect([...new Set(faults)].slice(0, 6)).to.deep.equal([]);
      });
    }
  }
});
