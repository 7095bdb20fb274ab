import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventsIn } from './events.ts';
import { Project } from './planned.ts';

const files = {
  'group_vars/all.yml': 'greeting: hello\n',
  'vars.yml': 'more: vars\n',
  'templates/page.hbs': '{{ greeting }} {{ more }}\n',
  'files/blob': 'blob',
  'roles/r/tasks/main.yml':
    "- name: of the role\n  template: { src: page.hbs, dest: 'DIR/out.{{ inventory_hostname }}' }\n",
  'tasks.yml': "- name: copied\n  copy: { src: blob, dest: 'DIR/blob.{{ inventory_hostname }}' }\n",
  'modules/greet.ts': `import { defineModule } from 'tsplay/module';
import { word } from './_help.ts';
export const greet = defineModule({
  name: 'greet', summary: 'Greets.', args: { type: 'object', additionalProperties: false }, examples: [],
  check: async () => ({ present: null, differences: [], message: word }),
});
`,
  'modules/_help.ts': "export const word = 'hi';\n",
  'more.sh': '#!/bin/sh\necho \'{"more": {"hosts": ["c"], "vars": {"ansible_connection": "local"}}}\'\n',
};
const given = {
  playbook: `- hosts: all
  vars_files: [vars.yml]
  roles: [r]
  tasks:
    - include_tasks: tasks.yml
    - name: greet
      greet: {}
    - name: word
      copy: { content: '{{ word }}', dest: 'DIR/word.{{ inventory_hostname }}' }
`,
  inventory: 'all:\n  vars: { ansible_connection: local }\n  hosts: { a: {}, b: {} }\n',
  files,
};
const plan = ['-i', 'more.sh', '-e', 'word=w'];

describe('tsplay apply', function () {
  this.timeout(120_000);
  let project: Project;
  beforeEach(async () => {
    project = new Project(given);
    expect((await project.plan(...plan)).code).to.equal(0);
  });
  afterEach(() => project.remove());

  it('says what it does, does it, and a second plan is empty', async () => {
    const { code, stdout } = await project.apply('-e', 'word=w');
    expect(code).to.equal(0);
    expect(stdout).to.match(
      /^The plan of site\.yml, made \d{4}-\d\d-\d\d \d\d:\d\d UTC:\n\na, b, c  3 to change, 2 ok\n/,
    );
    expect(stdout).to.match(/\na  ok=5 {2}changed=3 {2}failed=0 {2}unreachable=0\n/);
    expect([project.read('out.a'), project.read('blob.b'), project.read('word.c')]).to.deep.equal([
      'hello vars\n',
      'blob',
      'w',
    ]);
    const second = await project.plan(...plan, '--detailed-exitcode');
    expect([second.code, second.stdout]).to.deep.equal([0, 'a, b, c  nothing to change, 5 ok\n\nNothing to change.\n']);
    const empty = await project.apply('-e', 'word=w');
    expect([empty.code, empty.stdout.split('\n').at(-2)]).to.deep.equal([0, 'Nothing to change.']);
  });

  it('reports programs the events of the run', async () => {
    const { code, stdout } = await project.apply('-e', 'word=w', '--output', 'jsonl', '--detailed-exitcode');
    const events = eventsIn(stdout);
    expect([code, events[0]!['check'], events.at(-1)!['exit']]).to.deep.equal([3, false, 3]);
  });

  const edits: Readonly<Record<string, string>> = {
    'site.yml': '\n',
    'hosts.yml': '# another\n',
    'group_vars/all.yml': '# another\n',
    'vars.yml': '# another\n',
    'templates/page.hbs': 'more\n',
    'files/blob': 'more',
    'roles/r/tasks/main.yml': '# another\n',
    'tasks.yml': '# another\n',
    'modules/greet.ts': '\n',
    'modules/_help.ts': '\n',
    'more.sh': '# another\n',
  };
  it('refuses where files have changed, naming each, before any host is touched', async () => {
    for (const [name, more] of Object.entries(edits)) project.write(name, project.read(name) + more);
    const { code, stdout, stderr } = await project.apply('-e', 'word=w');
    expect([code, stdout]).to.deep.equal([1, '']);
    expect(stderr.trim().split('\n').slice(1, -1)).to.have.members(
      Object.keys(edits).map((name) => `  ${name} has changed since`),
    );
    expect(stderr).to.match(/\nNo host was touched\.\n$/);
  });

  /** What is done behind the plan's back, and what is reported of it. */
  const refusals: readonly (readonly [
    title: string,
    act: (p: Project) => void,
    args: readonly string[],
    reported: string,
  ])[] = [
    ['-e is left out', () => {}, [], "'word' was given with -e and is missing now: -e word=…"],
    ['-e is another', () => {}, ['-e', 'word=x'], "'word' had a different value with -e"],
    ['-e is new', () => {}, ['-e', 'word=w new=1'], "'new' was not given for the plan"],
    [
      'a file is new',
      (p) => p.write('group_vars/more.yml', 'x: 1\n'),
      ['-e', 'word=w'],
      'group_vars/more.yml is read now, and was not there',
    ],
    ['it is no plan', (p) => p.write('plan.json', '{}'), [], 'this is not a plan'],
    ['it is no JSON', (p) => p.write('plan.json', p.read('plan.json').slice(1)), [], 'the plan is damaged'],
    [
      'it was edited',
      (p) => p.write('plan.json', p.read('plan.json').replace('"changed"', '"unknown"')),
      [],
      'the plan is damaged',
    ],
    [
      'it is of another format',
      (p) => p.write('plan.json', p.read('plan.json').replace('"format": 2', '"format": 9')),
      [],
      'the plan has format 9',
    ],
    [
      'it is of another tsplay',
      (p) => p.write('plan.json', p.read('plan.json').replace('"tsplay": "', '"tsplay": "9.')),
      [],
      'the plan was made by tsplay 9.',
    ],
    [
      'it was made elsewhere',
      (p) => p.forget(),
      ['-e', 'word=w'],
      'the plan was made by another user or on another machine',
    ],
  ];
  for (const [title, act, args, reported] of refusals)
    it(`refuses where ${title}`, async () => {
      act(project);
      const { code, stderr } = await project.apply(...args);
      expect(code).to.equal(1);
      expect(stderr)
        .to.contain(`\n  ${reported}`)
        .and.match(/No host was touched\.\n$/);
    });

  it('refuses where an inventory program prints something else', async () => {
    const program = `#!/bin/sh\ncat ${project.folder}/list.json\n`;
    project.write('more.sh', program);
    chmodSync(join(project.folder, 'more.sh'), 0o755);
    project.write('list.json', '{"more": {"hosts": ["b"]}}');
    await project.plan(...plan);
    project.write('list.json', '{"more": {"hosts": ["a"]}}');
    const { code, stderr } = await project.apply('-e', 'word=w');
    expect(code).to.equal(1);
    expect(stderr).to.contain('\n  the output of more.sh --list has changed\n');
  });

  it('asks on a terminal, and without one wants --yes', async () => {
    const { code, stdout, stderr } = await project.run('apply', 'plan.json', '-e', 'word=w');
    expect(code).to.equal(1);
    expect(stdout).to.contain('a, b, c  3 to change');
    expect(stderr).to.contain('there is no terminal to ask on: --yes applies it without asking');
  });

  it('refuses the host that has moved, and goes on with the others', async () => {
    project.write('word.b', 'by hand');
    const { code, stdout } = await project.apply('-e', 'word=w');
    expect([code, project.read('word.b'), project.read('word.a')]).to.deep.equal([2, 'by hand', 'w']);
    expect(stdout)
      .to.contain(
        `content of ${project.folder}/word.b: then no file, now a file of 7 bytes (task 'word', site.yml:8:7)`,
      )
      .and.contain('hint: nothing was done on it; a new plan shows what would be done now');
  });
});
