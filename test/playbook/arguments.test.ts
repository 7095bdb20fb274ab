import { expect } from 'chai';
import type { Scope } from '../../engine/expressions/types.ts';
import { TaskFailure } from '../../engine/module/failure.ts';
import { Unknown, UnknownValue } from '../../engine/module/unknown.ts';
import { prepareArguments } from '../../engine/playbook/arguments/arguments.ts';
import type { Context } from '../../engine/playbook/context.ts';
import { readEntries } from '../../engine/playbook/entries.ts';
import { omit } from '../../engine/playbook/magic.ts';
import { ModuleNames } from '../../engine/playbook/module-names.ts';
import { noSettings } from '../../engine/playbook/settings.ts';
import type { Task } from '../../engine/playbook/types.ts';
import { Diagnostics, formatDiagnostic } from '../../engine/source/diagnostic.ts';
import { parseYaml } from '../../engine/source/yaml.ts';
import { Vault } from '../../engine/vault/vault.ts';
import { modules } from '../fixtures/playbook/modules.ts';

const folder = `${process.cwd()}/test/fixtures/playbook/arguments`;

function taskOf(yaml: string): Task {
  const diagnostics = new Diagnostics();
  const context: Context = {
    loader: {
      modules: new ModuleNames(modules),
      diagnostics,
      vault: new Vault(),
      extra: new Map(),
      rolesPath: [],
      yamlFiles: new Map(),
      templateFiles: new Map(),
    },
    play: { folder, rolePlaces: [], roles: new Map(), included: new Set() },
    gathered: { roleDefaults: [], roleVars: [], handlerLists: [], uses: new Map() },
    when: [],
    tags: new Set(),
    settings: noSettings,
    layers: [],
    notify: [],
    folder,
    searchPath: [folder],
    inProgress: [],
    including: [],
  };
  const [task] = readEntries(parseYaml('task.yml', `- ${yaml}`, diagnostics), context);
  expect(diagnostics.all.map((d) => formatDiagnostic(d))).to.deep.equal([]);
  if (task?.kind !== 'task') throw new Error('the case is no task');
  return task;
}

function prepare(
  yaml: string,
  variables: Readonly<Record<string, unknown>> = {},
  vault = new Vault(),
): Promise<unknown> {
  const scope: Scope = { lookup: (name) => ({ ...variables, omit })[name], names: () => Object.keys(variables) };
  return prepareArguments(taskOf(yaml), scope, vault);
}

interface Case {
  readonly task: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly gives: unknown;
}

const right: Readonly<Record<string, Case>> = {
  'free-form text sets its argument': {
    task: 'command: echo {{ x }}',
    variables: { x: 1 },
    gives: { cmd: 'echo 1' },
  },
  'defaults are filled in': { task: 'apt: { name: [a] }', gives: { name: ['a'], state: 'present' } },
  'omit leaves an argument out': {
    task: "apt: { name: a, state: '{{ omit }}' }",
    gives: { name: 'a', state: 'present' },
  },
  'omit leaves an item of a list out': {
    task: "apt: { name: [a, '{{ omit }}'] }",
    gives: { name: ['a'], state: 'present' },
  },
  'a number is text where the schema says text': {
    task: "systemd: { name: '{{ x }}' }",
    variables: { x: 5 },
    gives: { name: '5', wait: false },
  },
  'a number in a list too': {
    task: "apt: { name: '{{ x }}' }",
    variables: { x: ['a', 1.5] },
    gives: { name: ['a', '1.5'], state: 'present' },
  },
  'what is written is kept as it is written': {
    task: 'user: { name: 1.10, password: 007 }',
    gives: { name: '1.10', password: '007' },
  },
  'a mode is four octal digits': {
    task: 'copy: { content: x, dest: /x, mode: 0644 }',
    gives: { content: 'x', dest: '/x', mode: '0644', backup: false },
  },
  'a mode from a variable too': {
    task: "copy: { content: x, dest: /x, mode: '{{ m }}' }",
    variables: { m: '01777' },
    gives: { content: 'x', dest: '/x', mode: '1777', backup: false },
  },
  "module_defaults are overridden by the task's own": {
    task: '{ copy: { content: x, dest: /x, mode: u=rw }, module_defaults: { copy: { backup: true, mode: 0600 } } }',
    gives: { content: 'x', dest: '/x', mode: 'u=rw', backup: true },
  },
  'a local file is loaded': {
    task: 'copy: { src: a.txt, dest: /x }',
    gives: { src: { path: `${folder}/files/a.txt`, content: Buffer.from('local text\n') }, dest: '/x', backup: false },
  },
  'a file named by a variable too': {
    task: "copy: { src: '{{ f }}.txt', dest: /x }",
    variables: { f: 'a' },
    gives: { src: { path: `${folder}/files/a.txt`, content: Buffer.from('local text\n') }, dest: '/x', backup: false },
  },
  'a template is rendered': {
    task: 'template: { src: a.j2, dest: /x }',
    variables: { x: 1 },
    gives: { src: { path: `${folder}/templates/a.j2`, content: 'x is 1\n' }, dest: '/x' },
  },
  'a template named by a variable too': {
    task: "template: { src: '{{ f }}', dest: /x }",
    variables: { f: 'a.j2', x: 2 },
    gives: { src: { path: `${folder}/templates/a.j2`, content: 'x is 2\n' }, dest: '/x' },
  },
  'conditions come judged': {
    task: 'assert: { that: [x > 1, x > 2] }',
    variables: { x: 2 },
    gives: {
      that: [
        { source: 'x > 1', holds: true },
        { source: 'x > 2', holds: false, values: 'x is 2' },
      ],
    },
  },
  'one condition comes as one': {
    task: 'assert: { that: x > 1 }',
    variables: { x: 2 },
    gives: { that: { source: 'x > 1', holds: true } },
  },
  'expressions come evaluated': {
    task: 'debug: { var: x.y }',
    variables: { x: { y: [1] } },
    gives: { var: { source: 'x.y', value: [1] } },
  },
  'any value goes through where the schema says nothing': {
    task: "debug: { msg: '{{ x }}' }",
    variables: { x: [{ a: null }] },
    gives: { msg: [{ a: null }] },
  },
};

const wrong: Readonly<Record<string, Omit<Case, 'gives'> & { message: string; hint?: string }>> = {
  'a value that is not allowed': {
    task: "systemd: { name: a, state: '{{ x }}' }",
    variables: { x: 'on' },
    message: "'state' cannot be 'on'; it must be one of started, stopped, restarted",
  },
  'a value of another type': {
    task: "systemd: { name: a, timeout: '{{ x }}' }",
    variables: { x: 'long' },
    message: "'timeout' must be an integer, but it is the text 'long'",
  },
  'a required argument that was omitted': { task: "apt: { name: '{{ omit }}' }", message: "'apt' needs 'name'" },
  'a mode that lost its zero': {
    task: "copy: { content: x, dest: /x, mode: '{{ m }}' }",
    variables: { m: 644 },
    message: "'mode' is the number 644, so a leading zero may be lost",
    hint: "quote the mode where the variable is set: '0644'",
  },
  'a file that is not there': {
    task: "copy: { src: '{{ f }}', dest: /x }",
    variables: { f: 'b.txt' },
    message: "there is no file 'b.txt'",
    hint: 'searched: test/fixtures/playbook/arguments/files/b.txt, test/fixtures/playbook/arguments/b.txt',
  },
  'a file whose name is no text': {
    task: "copy: { src: '{{ f }}', dest: /x }",
    variables: { f: [1] },
    message: "'src' must be a single value, not a list",
  },
  'what the module says of arguments together': {
    task: "copy: { content: x, dest: '{{ d }}' }",
    variables: { d: '/' },
    message: "'dest' is the root of the file system",
  },
};

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  );
}

describe('the arguments of a task', () => {
  for (const [name, { task, variables, gives }] of Object.entries(right))
    it(name, async () => expect(await prepare(task, variables)).to.deep.equal(gives));

  for (const [name, { task, variables, message, hint }] of Object.entries(wrong))
    it(`fail for ${name}`, async () => {
      const error = await failureOf(prepare(task, variables));
      expect(error).to.be.instanceOf(TaskFailure);
      expect(error).to.include({ message, ...(hint !== undefined && { hint }) });
    });

  it('fail for a template that cannot be compiled, with its place', async () => {
    const error = await failureOf(prepare("template: { src: '{{ f }}', dest: /x }", { f: 'broken.j2' }));
    expect(error).to.have.property(
      'message',
      'the template test/fixtures/playbook/arguments/templates/broken.j2 is invalid',
    );
    expect(error).to.have.property('hint').that.contains('broken.j2:1:');
  });

  it('are unknown where a part of them is', async () => {
    const error = await failureOf(prepare("apt: { name: ['{{ x }}'] }", { x: new Unknown("until 'a' has run") }));
    expect(error).to.be.instanceOf(UnknownValue);
  });

  it('mark secrets', async () => {
    const vault = new Vault();
    await prepare("user: { name: a, password: '{{ p }}' }", { p: 'hunter2' }, vault);
    expect(vault.secrets.text('a hunter2')).to.equal('a ********');
  });
});
