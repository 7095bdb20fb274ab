import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { loadInventory } from '../engine/inventory/load.ts';
import { prepare } from '../engine/run.ts';
import { Diagnostics, formatDiagnostic, InvalidInput } from '../engine/source/diagnostic.ts';
import { toValue } from '../engine/source/node.ts';
import { parseYaml } from '../engine/source/yaml.ts';
import { modules } from '../modules/index.ts';

const playbook = `- name: web
  hosts: web:&all:!db
  gather_facts: false
  serial: [1, 50%]
  vars: &vars
    port: 80
    names: [a, b]
    nested: { key: 'x {{ port }}' }
  tasks:
    - name: write {{ port }}
      copy: { content: "{{ nested.key }}\\n", dest: /tmp/x, mode: 0644 }
      when: port == 80 && size(names) > 1
      notify: restart
      register: result
      tags: [web, always]
    - name: loop
      command: echo {{ item }}
      loop: '{{ names }}'
      loop_control: { label: '{{ item }}', loop_var: item }
      until: result.changed
      retries: 3
      vars: { <<: *vars, own: !cel port + 1 }
    - block:
        - shell: |
            echo one
            exit 1
          delegate_to: db
      rescue:
        - debug: { msg: "{{ failed_task.name }}" }
      always:
        - meta: flush_handlers
  handlers:
    - name: restart
      systemd: { name: x, state: restarted }
      listen: topic
`;

const inventory = `all:
  vars: { ansible_connection: local, x: '{{ y }}' }
  hosts:
    one: { y: 1 }
  children:
    web: { hosts: { 'w[1:3]': {} } }
    db: { hosts: { db: { list: [1, 2] } }, vars: { port: 5432 } }
`;

const ini = `one y=1
[web]
w[1:3] port=80 text="a b"
[db]
db
[db:vars]
port=5432
[all:children]
web
db
`;

/** What a hand, or somebody who means harm, may put into a file. */
const pieces = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'null',
  '~',
  '.nan',
  '1e999',
  '-0',
  '0o17',
  '0644',
  '',
  ' ',

  '{{',
  '}}',
  '{{{',
  '{%',
  '#}',
  '{{#each',
  '{{/if}}',
  '{{> x}}',
  '{{ @root }}',
  '!vault',
  '!cel',
  '!unsafe',
  '!!js/function',

  '"',
  "'",
  ':',
  ': ',
  '- ',
  '\t',
  '\n',
  '\r\n',
  '\0',
  '\uFEFF',
  '\uD800',
  '💥',
  '&a',
  '*a',
  '*vars',
  '<<: *vars',
  '|',
  '>',
  '?',
  '[',
  ']',
  '{',
  '}',
  '#',
  '%',
  '@',
  '---',
  '...',

  '[1:99999999]',
  '[a:',
  'a'.repeat(5000),
  '('.repeat(2000),
  '['.repeat(2000),
  'x and y',
  '1 +',
  '== ==',
  'matches("(a+)+$")',
  '{__proto__: {polluted: 1}}',
];

type Cut = readonly [at: number, length: number, piece: string];
const cuts = fc.array(
  fc.tuple(fc.nat(2000), fc.nat(12), fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 }))),
  { minLength: 1, maxLength: 4 },
);

function mutated(text: string, changes: readonly Cut[]): string {
  return changes.reduce((now, [at, length, piece]) => {
    const start = at % (now.length + 1);
    return now.slice(0, start) + piece + now.slice(start + length);
  }, text);
}

describe('files that nobody foresaw are told of, and do no harm', function () {
  this.timeout(30_000);
  let folder: string;
  const settings = { seed: 20260101, numRuns: 200 };
  const slowest = 2000;

  const { stackTraceLimit } = Error;

  before(() => {
    Error.stackTraceLimit = 10; // mocha makes it endless, and then each error of the YAML library costs milliseconds
    folder = mkdtempSync(join(tmpdir(), 'tsplay-fuzz-'));
  });
  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
    rmSync(folder, { recursive: true });
  });
  afterEach(() => {
    expect(Reflect.ownKeys(Object.prototype)).to.have.length(12);
    expect('polluted' in {}).to.equal(false);
  });

  const put = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const prepared = (text: string) =>
    prepare({
      playbooks: [put('site.yml', text)],
      inventories: [put('hosts.yml', inventory)],
      extra: new Map(),
      modules: new Map(modules.map((module) => [module.name, module])),
      options: {
        check: true,
        forks: 1,
        forceHandlers: false,
        tags: [],
        skipTags: [],
        become: false,
        timeoutSeconds: 1,
      },
    });
  const timed = async (work: () => Promise<unknown>): Promise<void> => {
    const begun = performance.now();
    await work();
    expect(performance.now() - begun).to.be.below(slowest);
  };

  it('are right before they are changed', async () => {
    expect((await prepared(playbook)).hosts.size).to.equal(1);
    const { hosts } = await loadInventory([put('hosts.ini', ini)], new Diagnostics());
    expect([...hosts.keys()]).to.deep.equal(['one', 'w1', 'w2', 'w3', 'db']);
  });

  it('YAML', () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(playbook, inventory), cuts, (text, changes) =>
        timed(async () => {
          const diagnostics = new Diagnostics();
          const changed = mutated(text, changes);
          const node = parseYaml('x.yml', changed, diagnostics);
          if (node) toValue(node);
          for (const one of diagnostics.all) formatDiagnostic(one, () => changed);
        }),
      ),
      settings,
    ));

  for (const [name, text] of [
    ['hosts.yml', inventory],
    ['hosts.ini', ini],
  ] as const)
    it(`inventories: ${name}`, () =>
      fc.assert(
        fc.asyncProperty(cuts, (changes) =>
          timed(() => loadInventory([put(name, mutated(text, changes))], new Diagnostics())),
        ),
        settings,
      ));

  it('playbooks, with all the checks before a run', () =>
    fc.assert(
      fc.asyncProperty(cuts, (changes) =>
        timed(async () => {
          await prepared(mutated(playbook, changes)).catch((error: unknown) => {
            if (!(error instanceof InvalidInput)) throw error;
          });
        }),
      ),
      settings,
    ));
});
