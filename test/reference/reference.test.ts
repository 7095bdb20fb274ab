import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { actions } from '../../engine/editor/actions.ts';
import { connectionVariables, otherNames } from '../../engine/editor/inventory.ts';
import type { AnyModule } from '../../engine/module/module.ts';
import { argumentsOf } from '../../engine/playbook/includes/arguments.ts';
import { markdown } from '../../engine/reference/markdown.ts';
import { modulePage } from '../../engine/reference/module-page.ts';
import { wholeReference } from '../../engine/reference/reference.ts';
import { termsOf, typeWords } from '../../engine/reference/schema-words.ts';
import { onTerminal } from '../../engine/reference/terminal.ts';
import { plain } from '../../engine/report/style.ts';
import { modules } from '../../modules/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the reference', () => {
  it('in modules/README.md is what the modules and the engine declare', () => {
    const written = readFileSync(`${root}modules/README.md`, 'utf8');
    expect(
      written === markdown(wholeReference(modules)),
      'stale: renew it: npx tsx engine/cli/main.ts doc --markdown > modules/README.md',
    ).to.equal(true);
  });

  for (const module of modules)
    it(`says what ${module.name}, each of its arguments and each of its results means`, () => {
      expect(module.summary).to.match(/\.$/);
      expect(module.subject, 'the heading under which it is listed').to.be.a('string');
      const silent = [...termsOf(module.args), ...(module.returns ? termsOf(module.returns) : [])].filter(
        ({ meaning }) => meaning === '',
      );
      expect(silent.map(({ name }) => name)).to.deep.equal([]);
    });

  it('knows every variable that the connection reads, and no other', () => {
    const text = ['target.ts', 'ssh/options.ts']
      .map((file) => readFileSync(`${root}engine/transport/${file}`, 'utf8'))
      .join('');
    const read = new Set([...text.matchAll(/'(ansible_\w+)'/g)].map((match) => match[1]!));
    expect([...Object.keys(connectionVariables), ...Object.keys(otherNames)].sort()).to.deep.equal([...read].sort());
    for (const name of Object.values(otherNames)) expect(connectionVariables).to.have.property(name);
  });

  it('knows every argument of imports and includes, and no other', () => {
    for (const [name, known] of Object.entries(argumentsOf)) {
      const { properties = {} } = actions.find((action) => action.name === name)!.args;
      expect(Object.keys(properties).sort(), name).to.deep.equal([...known].sort());
    }
  });
});

describe('sorts of values in words', () => {
  const words: readonly (readonly [object, string])[] = [
    [{ type: 'string' }, 'text'],
    [{ type: 'string', format: 'mode' }, 'file mode'],
    [{ type: 'integer' }, 'integer'],
    [{ enum: ['a', 'b'] }, '`a`, `b`'],
    [{ oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }, 'text or list of texts'],
    [{ type: 'object', additionalProperties: { type: 'integer' } }, 'map of integers'],
    [{ type: ['string', 'integer'] }, 'text or integer'],
    [{}, ''],
  ];
  for (const [schema, said] of words)
    it(`${JSON.stringify(schema)} is ${said || 'anything'}`, () =>
      expect(typeWords(schema as Readonly<Record<string, unknown>>)).to.equal(said));
});

const motd: AnyModule = {
  name: 'motd',
  summary: 'Sets the message of the day.',
  args: {
    type: 'object',
    properties: {
      text: {
        type: 'string',
        description: 'What those who log in shall read, which may be of any length that they can stand.',
      },
      lines: { type: 'integer', default: 3, description: 'How many of them.' },
    },
    required: ['text'],
    allOf: [{ if: { properties: { lines: { const: 3 } } }, then: { required: ['text'] } }],
  },
  examples: ['- motd:\n    text: Hello'],
  check: () => Promise.resolve({ present: null, differences: [] }),
  change: () => Promise.resolve(),
};

describe('a page of the reference', () => {
  it('fits the terminal', () => {
    const page = onTerminal(modulePage(motd), 44, plain);
    expect(page).to.equal(`MOTD
Sets the message of the day.

Arguments:
  text  text; required
      What those who log in shall read,
      which may be of any length that they
      can stand.
  lines  integer; default 3
      How many of them.
With lines: 3 also text.

In check mode:
Predicts the changes, and later tasks see
the predicted state.

Examples:
  - motd:
      text: Hello`);
  });

  it('is Markdown with tables', () => {
    const page = markdown(modulePage(motd));
    expect(page).to.include('| `lines` | integer; default `3` | How many of them. |');
    expect(page).to.include('```yaml\n- motd:\n    text: Hello\n```');
  });
});
