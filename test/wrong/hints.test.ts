import { expect } from 'chai';
import { prepare } from '../../engine/run/prepare.ts';
import { type Diagnostic, InvalidInput } from '../../engine/source/diagnostic.ts';
import { modules } from '../../modules/index.ts';
import { withFiles } from './case.ts';

/** What is wrong in a task, and the task after the hint was followed to the letter. */
const wrong: readonly (readonly [task: string, applied: (hint: string) => string])[] = [
  ['service: name=solr state=started enabled=yes', (hint) => hint],
  ['service: name=solr enabled=no', (hint) => hint],
  ['file: path=/tmp/x state=directory mode=0755', (hint) => hint],
  ["file: path='/tmp/a b' state=directory", (hint) => hint],
  ['copy: src=hosts.yml dest={{ d }}/x backup=on', (hint) => hint],
  [`lineinfile: 'path={{ d }}/x line="a: b, {c} # d"'`, (hint) => hint],
  ['apt: name=a,b state=present update_cache=yes', (hint) => hint],
  ['wait_for: port=22 timeout=5', (hint) => hint],
  ['user: name=on comment=yes', (hint) => hint],
  ['command: make creates={{ d }}/x chdir={{ d }}', (hint) => `command: make\n      ${hint}`],
  ["shell: make creates='/tmp/a b'", (hint) => `shell: make\n      ${hint}`],
  ['command: id\n      become: yes', (hint) => `command: id\n      ${hint}`],
  ['file: { path: /x, mode: 644 }', (hint) => `file: { path: /x, mode: ${hint} }`],
  ['service: { name: x, enabled: yes }', (hint) => `service: { name: x, enabled: ${hint} }`],
  ['wait_for: { port: "22" }', (hint) => `wait_for: { port: ${hint.replace('it without quotes: ', '')} }`],
  ['debug: { msg: "{{ d is defined }}" }', (hint) => `debug: { msg: "${hint}" }`],
  ['debug: { msg: "{{ d is not defined }}" }', (hint) => `debug: { msg: "${hint}" }`],
  ['debug: { msg: "{{ d is undefined }}" }', (hint) => `debug: { msg: "${hint}" }`],
  [`debug: { msg: "{{ 'a' in d }}" }`, (hint) => `debug: { msg: "${hint}" }`],
  ['debug: { msg: "{{ \'a\' not in d }}" }', (hint) => `debug: { msg: "${hint}" }`],
  ['debug: { msg: "{{ d or x }}" }', (hint) => `debug: { msg: "${hint}" }`],
  ["debug: { msg: \"{{ 'a' if x else 'b' }}\" }", (hint) => `debug: { msg: "${hint}" }`],
  ['debug: { msg: "{{#if d is defined}}x{{/if}}" }', (hint) => `debug: { msg: "${hint}x{{/if}}" }`],
];

async function problemsOf(task: string): Promise<readonly Diagnostic[]> {
  const playbook = `- hosts: all\n  vars: { d: /tmp/d, x: true }\n  tasks:\n    - name: one\n      ${task}\n`;
  return withFiles({ title: task, playbook, report: '' }, async () => {
    try {
      await prepare({
        playbooks: ['site.yml'],
        inventories: ['hosts.yml'],
        extra: new Map(),
        modules: new Map(modules.map((module) => [module.name, module])),
        options: {
          check: false,
          forks: 5,
          forceHandlers: false,
          tags: [],
          skipTags: [],
          become: false,
          timeoutSeconds: 1,
        },
      });
      return [];
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      return error.diagnostics.filter(({ severity }) => severity === 'error');
    }
  });
}

describe('a hint that says what to write', () => {
  for (const [task, applied] of wrong)
    it(`is accepted when it is followed: ${task}`, async () => {
      const problems = await problemsOf(task);
      expect(problems.map(({ message }) => message)).to.have.lengthOf(1);
      const hint = problems[0]!.hint ?? '';
      expect(hint).to.match(/^write:? /);
      const written = applied(hint.replace(/^write:? /, ''));
      expect((await problemsOf(written)).map(({ message }) => `${written}: ${message}`)).to.deep.equal([]);
    });
});
