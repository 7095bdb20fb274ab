import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { compileExpression } from '../engine/expressions/condition.ts';
import { compileFile } from '../engine/expressions/handlebars/text.ts';
import { TemplateError } from '../engine/expressions/types.ts';
import { loadInventory } from '../engine/inventory/load.ts';
import { prepare } from '../engine/run/prepare.ts';
import { Diagnostics, formatDiagnostic, InvalidInput } from '../engine/source/diagnostic.ts';
import { type ScalarNode, toValue } from '../engine/source/node.ts';
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

const json = JSON.stringify({
  web: { hosts: { w1: { port: 80 }, w2: null }, vars: { text: 'a {{ b }}', list: [1, 'x'] }, children: { deep: {} } },
  deep: { hosts: { d1: {} } },
});

/** What a script prints. */
const printed = JSON.stringify({
  _meta: { hostvars: { w1: { port: 80 }, d1: { text: '{{ never }}' } } },
  web: { hosts: ['w1', 'w2'], vars: { a: 1 }, children: ['deep'] },
  deep: { hosts: ['d1'] },
});

const roleFiles: Readonly<Record<string, string>> = {
  'tasks/main.yml': `- name: from a role
  template: { src: page.hbs, dest: /tmp/page }
  notify: reload
- import_tasks: more.yml
  when: port > 1
  tags: [more]
- include_tasks: '{{ choice }}.yml'
  loop: [more]
  loop_control: { loop_var: choice }
`,
  'tasks/more.yml': `- command: echo {{ port }}
  register: said
  until: said.rc == 0
`,
  'handlers/main.yml': `- name: reload
  systemd: { name: x, state: reloaded }
`,
  'defaults/main.yml': `port: 80
names: [a, { b: c }]
`,
  'vars/main.yml': `own: !cel port + 1
`,
  'meta/main.yml': `dependencies: []
allow_duplicates: true
argument_specs:
  main:
    options:
      port: { type: int, required: true }
      level: { type: str, choices: [low, high] }
`,
  'templates/page.hbs': `{{#each names as |name index|}}
  {{index}}: {{ default name.b 'x' }} {{#if (gt port 1)}}{{ lookup groups 'web' }}{{else}}{{ upper inventory_hostname }}{{/if}}
{{/each}}
`,
};

const conditions = `port == 80 && size(names) > 1 || !(x in groups.web)
result.stdout.startsWith('a') ? defined(y.z) : has(facts.os.id)
names.filter(n, n != 'a').map(n, hostvars[n].port).exists(p, p > 8.5)
{'a': [1, 2.5, true, null]}.a[0] == int('1') && search(text, '^a+$')
x.?y.orValue([1])[0] + -3 * (4 % 2) < duration('1h').getSeconds()`;

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
  let folder: string;
  // FUZZ_SEED=N and FUZZ_RUNS=N try others; a failure tells its seed.
  const seed = Number(process.env['FUZZ_SEED'] ?? 20260101);
  const settings = { seed, numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) };
  this.timeout(150 * settings.numRuns);
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
    mkdirSync(dirname(join(folder, name)), { recursive: true });
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

  const role = (changed: string | undefined, text: string): string => {
    for (const [name, whole] of Object.entries(roleFiles)) put(`roles/web/${name}`, name === changed ? text : whole);
    return '- hosts: web\n  roles: [{ role: web, port: 81 }]\n';
  };
  const refusedAtMost = async (work: Promise<unknown>): Promise<void> => {
    await work.catch((error: unknown) => {
      if (!(error instanceof InvalidInput)) throw error;
      for (const one of error.diagnostics) formatDiagnostic(one);
    });
  };

  it('are right before they are changed', async () => {
    expect((await prepared(playbook)).hosts.size).to.equal(1);
    await prepared(role(undefined, ''));
    for (const [name, text] of [
      ['hosts.json', json],
      ['printed.json', printed],
    ] as const)
      expect(JSON.parse(text), name).to.be.an('object');
    for (const source of conditions.split('\n')) {
      const diagnostics = new Diagnostics();
      compileExpression(scalar(source), diagnostics);
      expect(diagnostics.all.map((d) => d.message)).to.deep.equal([]);
    }
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
    ['hosts.json', json],
    ['group_vars/web.yml', 'port: 80\ntext: "{{ x }}"\nlist: [1, { a: b }]\n'],
  ] as const)
    it(`inventories: ${name}`, () =>
      fc.assert(
        fc.asyncProperty(cuts, (changes) =>
          timed(async () => {
            const file = put(name, mutated(text, changes));
            const source = name.startsWith('group_vars') ? put('hosts.yml', inventory) : file;
            const diagnostics = new Diagnostics();
            await loadInventory([source], diagnostics);
            for (const one of diagnostics.all) formatDiagnostic(one);
            if (source !== file) rmSync(file);
          }),
        ),
        settings,
      ));

  it('playbooks, with all the checks before a run', () =>
    fc.assert(
      fc.asyncProperty(cuts, (changes) => timed(() => refusedAtMost(prepared(mutated(playbook, changes))))),
      settings,
    ));

  it('roles: tasks, handlers, defaults, vars, meta and templates', () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(roleFiles)), cuts, (name, changes) =>
        timed(() => refusedAtMost(prepared(role(name, mutated(roleFiles[name]!, changes))))),
      ),
      settings,
    ));

  it('what inventory scripts print', () =>
    fc.assert(
      fc.asyncProperty(cuts, (changes) =>
        timed(async () => {
          put('printed.json', mutated(printed, changes));
          put('hosts.sh', `#!/bin/sh\ncat '${folder}/printed.json'\n`);
          chmodSync(join(folder, 'hosts.sh'), 0o755);
          await loadInventory([join(folder, 'hosts.sh')], new Diagnostics());
        }),
      ),
      { ...settings, numRuns: settings.numRuns / 10 },
    ));

  it('conditions, and the templates of files', () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...conditions.split('\n')), cuts, (source, changes) =>
        timed(async () => {
          const diagnostics = new Diagnostics();
          const expression = compileExpression(scalar(mutated(source, changes)), diagnostics);
          tried(() => expression.evaluate(scope));
          const page = compileFile('page.hbs', mutated(roleFiles['templates/page.hbs']!, changes), diagnostics);
          tried(() => page.render(scope));
          await Promise.resolve();
        }),
      ),
      settings,
    ));
});

const scalar = (value: string): ScalarNode => ({
  kind: 'scalar',
  place: { file: 'x', line: 1, column: 1 },
  value,
  source: value,
  plain: false,
});

const values: Readonly<Record<string, unknown>> = {
  port: 80,
  names: ['a', { b: 'c' }],
  text: 'aaa',
  inventory_hostname: 'w1',
  groups: { web: ['w1'] },
  hostvars: { w1: { port: 80 } },
  result: { stdout: 'abc' },
};
const scope = {
  lookup: (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined),
  names: () => Object.keys(values),
};

/** What cannot be evaluated says so in words of ours. */
function tried(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
  }
}
