import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { work } from './ground.ts';

interface Play {
  readonly hosts: string;
  readonly tasks: readonly Task[];
  readonly handlers?: readonly Task[];
}

interface Task {
  readonly name: string;
  readonly notify?: string;
  readonly template?: { readonly src: string; readonly dest: string };
  readonly [key: string]: unknown;
}

const read = (file: string): readonly Play[] => parse(readFileSync(join(work, file), 'utf8'));

/** What a bench compares must be the same work. */
describe('the work of the bench', () => {
  const [own, ansible] = [read('ha-prep.yml'), read('ha-prep.ansible.yml')];
  const floor = readFileSync(join(work, 'floor.sh'), 'utf8');

  it('is the same tasks and handlers, in the same order, by tsplay and by Ansible', () => {
    const outline = (plays: readonly Play[]) =>
      plays.map((play) => [
        play.hosts,
        play.tasks.map(({ name, notify, template, apt, file }) => ({ name, notify, template, apt, file })),
        play.handlers,
      ]);
    expect(outline(ansible)).to.deep.equal(outline(own));
  });

  const variables: Record<string, string | number> = parse(readFileSync(join(work, 'vars.yml'), 'utf8'));
  for (const { template } of own.flatMap(({ tasks }) => tasks))
    if (template)
      it(`is the same ${template.dest} by hand`, () => {
        const text = readFileSync(join(work, 'templates', template.src), 'utf8');
        const rendered = text.replaceAll(/\{\{ (\w+) \}\}/g, (_, name: string) => String(variables[name] ?? 'NODE'));
        expect(floor).to.include(` ${template.dest}`);
        const filled = floor.replaceAll(/\$(\w+)/g, (word, name: string) =>
          name === 'node_name' ? 'NODE' : String(variables[name] ?? word),
        );
        const lines = new Set(filled.split('\n').map((line) => line.replace(/^ *echo "(.*)" \| put .*/, '$1')));
        expect(rendered.split('\n').filter((line) => !lines.has(line))).to.deep.equal([]);
      });
});
