import { expect } from 'chai';
import { trace } from '../trace.ts';

const play = (tasks: string, more = ''): string =>
  `- name: p\n  hosts: all\n${more}  tasks:\n${tasks.replace(/^/gm, '    ')}`;

describe('includes', () => {
  it('run one group of hosts after the other, each together', async () => {
    const { lines } = await trace({
      playbook: play(`- { name: include, include_tasks: "{{ mine }}.yml" }`),
      inventory:
        'all:\n  vars: { ansible_connection: local }\n  hosts: { a: { mine: one }, b: { mine: two }, c: { mine: one } }',
      files: {
        'one.yml': '- { name: first, debug: { msg: x } }\n- { name: second, debug: { msg: x } }',
        'two.yml': '- { name: other, debug: { msg: x } }',
      },
    });
    const inside = lines.filter((line) => !line.endsWith('include')).map((line) => line.replace(/^[ac] /, 'a|c '));
    expect(inside).to.deep.equal(['a|c ok first', 'a|c ok first', 'a|c ok second', 'a|c ok second', 'b ok other']);
  });

  it('each host goes its own way with the strategy free', async () => {
    const { lines } = await trace({
      playbook: play(`- { name: include, include_tasks: inner.yml, loop: [1, 2] }`, '  strategy: free\n'),
      files: { 'inner.yml': '- { name: "{{ item }}", debug: { msg: x } }' },
    });
    const ofA = lines.filter((line) => line.startsWith('a '));
    expect(ofA).to.deep.equal(['a ok include 1', 'a ok include 2', 'a ok 1', 'a ok 2']);
    expect(lines).to.have.length(12);
  });

  it('count once on a host, and are no change', async () => {
    const { recap, results } = await trace({
      playbook: play('- { name: include, include_role: { name: r }, loop: [1, 2] }'),
      files: { 'roles/r/tasks/main.yml': '[]' },
    });
    expect(recap.hosts['a']).to.include({ ok: 1, changed: 0 });
    expect(results[0]).to.include({ module: 'include_role', message: 'included: r' });
  });

  it('that never end are told to', async () => {
    const { results, exit } = await trace({
      playbook: play('- { name: include, include_tasks: again.yml }'),
      files: { 'again.yml': '- include_tasks: again.yml' },
      limit: 'a',
    });
    const last = results.at(-1)!;
    expect([exit, last.status, last.failure?.hint]).to.deep.equal([
      2,
      'failed',
      'a file that includes itself needs a condition that ends it',
    ]);
    expect(last.message).to.match(/again\.yml is included 200 deep$/);
  });

  it('many files that include one another are checked without going through every way', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `n${i}.yml`);
    const all = names.map((name) => `- { include_tasks: ${name}, when: never }`).join('\n');
    const { exit } = await trace({
      playbook: play(`- { include_tasks: n0.yml }`, '  vars: { never: false }\n'),
      files: Object.fromEntries(names.map((name) => [name, all])),
      limit: 'a',
    });
    expect(exit).to.equal(0);
  });
});
