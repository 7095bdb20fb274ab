import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { tsplay } from './command.ts';

/** Words after `tsplay`, and what they print: a part of it, or the whole error. */
const said: readonly (readonly [string, RegExp | string])[] = [
  ['doc', /^commands:\n[^]*\npackages:\n {2}apt /],
  [
    'doc template',
    /^TEMPLATE\nRenders a template[^]*\nArguments:\n {2}src {2}template; required\n[^]*\nExamples:\n {2}- name:/,
  ],
  ['doc ansible.builtin.copy', /^COPY\n/],
  ['doc include_tasks', /^INCLUDE_TASKS\n/],
  ['doc become', /^KEYWORD\n {2}become /],
  ['doc --keywords serial', /^ {2}serial {2}a number of hosts, a percentage[^]*; on plays\n {6}How many hosts/],
  ['doc --facts os.id', /^ {2}facts\.os {2}map\n/],
  ['doc --helpers default', /^ {2}default value fallback {2}The value, or/],
  ['doc --codes yaml-syntax', /^ {2}yaml-syntax {2}The file is not valid YAML/],
  ['doc --variables ansible_port', /^ {2}ansible_port {2}The SSH port/],
  ['doc --markdown stat', /^## stat\n\nReports what exists at/],
  ['schema inventory', /^\{"\$schema":"http:\/\/json-schema.org\/draft-07\/schema#"/],
  ['doc coppy', "error: there is no module 'coppy'; did you mean 'copy'?\n"],
  ['doc --keywords becom', "error: there is no keyword 'becom'; did you mean 'become'?\n"],
  ['doc --facts cpu', "error: there is no fact 'cpu'; did you mean 'cpus'?\n"],
  ['doc --helpers uper', "error: there is no helper or function 'uper'; did you mean 'upper'?\n"],
  ['doc --codes yaml-sintax', "error: there is no code 'yaml-sintax'; did you mean 'yaml-syntax'?\n"],
  ['schema playbok', "error: there is no schema 'playbok'; did you mean 'playbook'?\n"],
];

describe('the reference on the command line', function () {
  this.timeout(20_000);
  for (const [words, expected] of said)
    it(`tsplay ${words}`, async () => {
      const { code, stdout, stderr } = await tsplay(words.split(' '));
      if (typeof expected === 'string') expect([stderr, stdout, code]).to.deep.equal([expected, '', 1]);
      else {
        expect(stderr).to.equal('');
        expect(stdout).to.match(expected);
        expect(code).to.equal(0);
      }
    });

  it('tsplay schema -o FOLDER writes all schemas, and prints the settings of the editor', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsplay-schema-'));
    try {
      const { code, stdout } = await tsplay(['schema', '-o', 'schemas'], { cwd: folder });
      expect(code).to.equal(0);
      expect(stdout).to.include('"./schemas/playbook.json": [').and.to.include('"!cel scalar:null"');
      const files = readdirSync(join(folder, 'schemas')).sort();
      expect(files).to.deep.equal([
        'handlers.json',
        'inventory.json',
        'playbook.json',
        'role-meta.json',
        'tasks.json',
        'vars.json',
      ]);
      for (const file of files) JSON.parse(readFileSync(join(folder, 'schemas', file), 'utf8'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
