import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { editorSettings, schemaOf, sorts } from '../../engine/editor/schemas.ts';
import { modules } from '../../modules/index.ts';
import { LanguageServer } from './language-server.ts';

interface Wrong {
  readonly path: string;
  readonly text: string;
  /** `line: message`, each a part of what is reported; nothing else is. */
  readonly reported: readonly string[];
}

const play = (tasks: string): string => `- hosts: all\n  tasks:\n${tasks.replace(/^/gm, '    ')}`;

const wrong: Readonly<Record<string, Wrong>> = {
  'nothing in a right playbook': {
    path: 'site.yml',
    text: play(
      "- name: with {{ x }}\n  become: !cel facts.os.id == 'debian'\n  apt:\n    name: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n    update_cache: '{{ y }}'\n- ansible.builtin.command: ls\n- block: [ping: ]\n  rescue: []\n- include_tasks: '{{ x }}.yml'",
    ),
    reported: [],
  },
  'a keyword that does not exist': {
    path: 'site.yml',
    text: '- hosts: all\n  gather_factz: true\n',
    reported: ['2: Property gather_factz is not allowed'],
  },
  'a keyword in the wrong place': {
    path: 'site.yml',
    text: play('- import_tasks: a.yml\n  loop: [1]'),
    reported: ['4: Property loop is not allowed'],
  },
  'a keyword with a wrong value': {
    path: 'site.yml',
    text: '- hosts: all\n  become: yes\n  strategy: fast\n',
    reported: ['2: must be true, false or an expression', '3: Valid values: "linear", "free"'],
  },
  'a module that does not exist': {
    path: 'site.yml',
    text: play('- aptt: { name: curl }'),
    reported: ['3: Property aptt is not allowed'],
  },
  'a task without a module': {
    path: 'site.yml',
    text: play('- name: nothing'),
    reported: ['3: a task must name a module'],
  },
  'an argument that does not exist': {
    path: 'roles/web/tasks/main.yml',
    text: '- apt: { name: curl, stat: latest }\n',
    reported: ['1: Property stat is not allowed'],
  },
  'an argument of the wrong type': {
    path: 'roles/web/handlers/main.yml',
    text: '- listen: x\n  systemd: { name: nginx, state: startd, enabled: often }\n',
    reported: ['2: Valid values: "started"', '2: must be true, false or an expression'],
  },
  'arguments that are missing or too many': {
    path: 'site.yml',
    text: play('- copy: { dest: /x }\n- copy: { dest: /x, src: a, content: b }\n- template: { src: x }'),
    reported: [
      '3: copy needs one of src, content',
      '4: copy takes only one of src, content',
      '5: Missing property "dest"',
    ],
  },
  'a word that is no part of a group': {
    path: 'inventory/hosts.yml',
    text: 'web:\n  host:\n    a: {}\n',
    reported: ['2: Property host is not allowed'],
  },
  'a port that is no number': {
    path: 'inventory/hosts.yml',
    text: 'web:\n  hosts:\n    a: { ansible_port: ssh }\n',
    reported: ['3: must be an integer or an expression'],
  },
  'a slip in the meta file of a role': {
    path: 'roles/web/meta/main.yml',
    text: 'dependancies: []\nargument_specs:\n  main:\n    options:\n      port: { type: number }\n',
    reported: ['1: Property dependancies is not allowed', '5: Valid values: "str"'],
  },
  'what a modeline asks for': {
    path: 'elsewhere.yml',
    text: '# yaml-language-server: $schema=SCHEMAS/tasks.json\n- aptt: {}\n',
    reported: ['2: Property aptt is not allowed'],
  },
};

describe('the editor', function () {
  this.timeout(30_000);
  let folder: string;
  let server: LanguageServer;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-editor-'));
    mkdirSync(join(folder, 'schemas'));
    for (const sort of Object.keys(sorts))
      writeFileSync(join(folder, 'schemas', `${sort}.json`), JSON.stringify(schemaOf(sort, modules)));
    const schemas = pathToFileURL(join(folder, 'schemas')).href;
    const settings = editorSettings(schemas);
    server = new LanguageServer(folder, {
      validate: true,
      hover: true,
      completion: true,
      schemaStore: { enable: false },
      schemas: settings['yaml.schemas'],
      customTags: settings['yaml.customTags'],
    });
    await server.start();
  });
  after(() => {
    server.stop();
    rmSync(folder, { recursive: true });
  });

  for (const [title, { path, text, reported }] of Object.entries(wrong))
    it(`reports ${title}`, async () => {
      const placed = text.replace('SCHEMAS', pathToFileURL(join(folder, 'schemas')).href);
      const problems = await server.problems(join(title.replaceAll(' ', '-'), path), placed);
      const lines = problems.map(({ message, range }) => `${range.start.line + 1}: ${message}`).sort();
      expect(lines.length, lines.join('\n')).to.equal(reported.length);
      for (const [i, part] of reported.toSorted().entries()) {
        const [line, words] = part.split(/: (.*)/s);
        expect(lines[i])
          .to.match(new RegExp(`^${line}: `))
          .and.to.include(words);
      }
    });

  /** What is proposed where the text has a `|`. */
  async function proposed(name: string, text: string): Promise<readonly string[]> {
    await server.problems(name, text.replace('|', ''));
    const before = text.slice(0, text.indexOf('|')).split('\n');
    return server.completions(name, { line: before.length - 1, character: before.at(-1)!.length });
  }

  it('proposes the keywords of a play', async () => {
    const names = await proposed('playbooks/play.yml', '- hosts: all\n  |\n');
    expect(names).to.include.members(['tasks', 'become', 'vars', 'serial']).and.not.include('block');
  });

  it('proposes modules, keywords and includes for a task', async () => {
    const names = await proposed('playbooks/task.yml', play('- name: x\n  |'));
    expect(names)
      .to.include.members([...modules.map(({ name }) => name), 'when', 'loop', 'block', 'import_tasks', 'meta'])
      .and.not.include('hosts');
  });

  it('proposes the arguments of a module', async () => {
    const names = await proposed('playbooks/arguments.yml', play('- name: x\n  apt:\n    |'));
    expect(names).to.include.members(['name', 'update_cache', 'hold']).and.not.include('when');
  });

  it('proposes the values of an argument', async () => {
    const names = await proposed('playbooks/values.yml', play('- apt:\n    name: x\n    state: |'));
    expect(names).to.include.members(['present', 'absent', 'latest']).and.not.include('null');
  });

  it('proposes the variables of a connection', async () => {
    const names = await proposed('inventory/more.yml', 'web:\n  hosts:\n    a:\n      |');
    expect(names).to.include.members(['ansible_host', 'ansible_user', 'ansible_connection']);
  });

  it('says what a module is for, with examples', async () => {
    await server.problems('playbooks/hover.yml', play('- copy: { dest: /x, content: x }\n  when: true'));
    const shown = await server.hover('playbooks/hover.yml', { line: 2, character: 8 });
    expect(shown).to.include(modules.find(({ name }) => name === 'copy')!.summary);
    expect(shown).to.include('```yaml\n- name: ');
  });

  it('says what an argument and a keyword mean', async () => {
    expect(await server.hover('playbooks/hover.yml', { line: 2, character: 15 })).to.include('Path of the file');
    expect(await server.hover('playbooks/hover.yml', { line: 3, character: 8 })).to.include('condition in CEL');
  });
});
