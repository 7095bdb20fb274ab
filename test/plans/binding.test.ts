import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { bind } from './bind.ts';

/** `{{ file }}` is the host's own. */
const playbook = (tasks: string, more = ''): string =>
  `- name: play\n  hosts: all\n  vars: { file: 'DIR/{{ inventory_hostname }}' }\n${more}  tasks:\n${tasks.replaceAll(/^/gm, '    ')}\n`;

const write = (content: string) => `- name: write\n  copy: { content: "${content}", dest: '{{ file }}.f' }`;

describe('a plan binds', function () {
  this.timeout(120_000);

  it('is done where all is as it was, and only what was planned', async () => {
    const { planned, applied, exit, read } = await bind({ playbook: playbook(write('one\\n')) });
    expect(planned).to.have.members(['a changed write', 'b changed write', 'c changed write']);
    expect(applied).to.have.members(planned);
    expect([exit, read('a.f'), read('c.f')]).to.deep.equal([0, 'one\n', 'one\n']);
  });

  it('refuses the host that has moved, says what has, and leaves it alone', async () => {
    const { applied, refused, exit, read } = await bind({ playbook: playbook(write('one\\n')) }, (folder) =>
      writeFileSync(join(folder, 'b.f'), 'by hand'),
    );
    expect(applied).to.have.members([
      'b failed check each host against the plan',
      'a changed write',
      'c changed write',
    ]);
    expect([exit, read('b.f'), read('a.f')]).to.deep.equal([2, 'by hand', 'one\n']);
    expect(refused[0]!.split('\n')).to.deep.equal([
      'it has changed since the plan was made',
      `content of DIR/b.f: then no file, now a file of 7 bytes (task 'write', DIR/site.yml:5:7)`,
      `what is at DIR/b.f: then nothing, now file of root:root, mode 0644 (task 'write', DIR/site.yml:5:7)`,
    ]);
  });

  it('names a mode, and what is another though it looks alike', async () => {
    const files = { 'a.f': 'old', 'b.f': 'old', 'c.f': 'old' };
    const { refused } = await bind({ playbook: playbook(write('one')), files }, (folder) => {
      chmodSync(join(folder, 'a.f'), 0o600);
      writeFileSync(join(folder, 'b.f'), 'new');
    });
    expect(refused.map((text) => text.split('\n')[1])).to.have.members([
      `what is at DIR/a.f: then file of root:root, mode 0644, now file of root:root, mode 0600 (task 'write', DIR/site.yml:5:7)`,
      `content of DIR/b.f: it has changed (task 'write', DIR/site.yml:5:7)`,
    ]);
  });

  it('does not mind what it does not rest on', async () => {
    const { exit } = await bind({ playbook: playbook(write('one')) }, (folder) =>
      writeFileSync(join(folder, 'a.other'), ''),
    );
    expect(exit).to.equal(0);
  });

  for (const [title, more, others] of [
    ['any_errors_fatal', '  any_errors_fatal: true\n', []],
    ['max_fail_percentage', '  max_fail_percentage: 30\n', []],
    ['serial', '  serial: 1\n', ['a changed write']],
  ] as const)
    it(`counts a host that has moved as failed: ${title}`, async () => {
      const { applied, exit } = await bind({ playbook: playbook(write('one'), more) }, (folder) =>
        writeFileSync(join(folder, 'b.f'), 'by hand'),
      );
      expect(applied).to.have.members([...others, 'b failed check each host against the plan']);
      expect(exit).to.equal(2);
    });

  it('rests on the facts that conditions use, on those of other hosts too', async () => {
    const tasks = `${write('{{ facts.hostname }} {{ hostvars.b.facts.os.id }}')}\n  when: facts.kernel != '' && facts.time > 0`;
    const { hosts } = await bind({ playbook: playbook(tasks) });
    const told = hosts['a']!.preconditions.flatMap(({ what, on }) =>
      what?.startsWith('the fact') ? [[what, on]] : [],
    );
    expect(told).to.have.deep.members([
      ['the fact kernel', undefined],
      ['the fact hostname', undefined],
      ['the fact os', 'b'],
    ]);
  });

  it('with all facts gathered rests on those that are used', async () => {
    const { hosts } = await bind({ playbook: playbook(write('{{ facts.os.id }}'), '  gather_facts: true\n') });
    const told = hosts['a']!.preconditions.flatMap(({ what }) => (what?.startsWith('the fact') ? [what] : []));
    expect(told).to.deep.equal(['the fact os']);
  });

  describe('step by step', () => {
    const meddle = `- name: meddle\n  shell: echo meddled > {{ file }}.f`;

    it('refuses a step that would do what was not planned, whatever ignores or rescues it', async () => {
      const careful = (task: string) =>
        `- block:\n${task.replaceAll(/^/gm, '  ')}\n  rescue:\n  - name: mend\n    copy: { content: mended, dest: '{{ file }}.g' }`;
      const ignored = `${write('one')}\n  ignore_errors: true`;
      const files = { 'a.f': 'one', 'b.f': 'one', 'c.f': 'one' };
      const after = `- name: after\n  copy: { content: after, dest: '{{ file }}.h' }`;
      for (const task of [write('one'), ignored, careful(write('one')), careful(ignored)]) {
        const { applied, refused, exit, read } = await bind({
          playbook: playbook(`${meddle}\n${task}\n${after}`),
          files,
        });
        expect(applied.filter((line) => line.startsWith('a'))).to.deep.equal(['a changed meddle', 'a failed write']);
        expect(refused[0]).to.match(
          /^not as planned: nothing was to be changed, but now content of DIR\/[abc]\.f would be$/,
        );
        expect([exit, read('a.f'), read('a.g'), read('a.h')]).to.deep.equal([2, 'meddled\n', undefined, undefined]);
      }
    });

    it('refuses other differences than those planned', async () => {
      const { refused, read } = await bind({ playbook: playbook(`${meddle}\n${write('one')}`) });
      expect(refused[0]).to.match(/^not as planned: it would now change content of DIR\/[abc]\.f in another way$/);
      expect(read('a.f')).to.equal('meddled\n');
    });

    it('lets what was known to be unknown run as it turns out, and what rests on it', async () => {
      const tasks = [
        `- name: ask\n  shell: printf 'x y'\n  register: said`,
        `- name: rests\n  copy: { content: '{{ item }}', dest: '{{ file }}.{{ item }}' }\n  loop: !cel said.stdout.split(" ")`,
        `- name: maybe\n  include_tasks: more.yml\n  when: said.rc == 0`,
        `- name: known\n  copy: { content: known, dest: '{{ file }}.h' }`,
      ].join('\n');
      const files = {
        'more.yml': `- name: included\n  copy: { content: '{{ said.stdout }}', dest: '{{ file }}.g' }\n  notify: told\n`,
      };
      const handlers = `  handlers:\n    - name: told\n      copy: { content: told, dest: '{{ file }}.f' }\n`;
      const { applied, exit, read } = await bind({ playbook: playbook(tasks) + handlers, files });
      expect(applied.filter((line) => line.startsWith('a'))).to.deep.equal([
        'a changed ask',
        'a changed rests "x"',
        'a changed rests "y"',
        'a ok maybe',
        'a changed included',
        'a changed known',
        'a changed told (handler)',
      ]);
      expect([exit, read('a.g'), read('a.f')]).to.deep.equal([0, 'x y', 'told']);
    });

    it('knows steps apart: items, roles used twice, includes in a loop', async () => {
      const role = `- name: of the role\n  copy: { content: '{{ text }}', dest: '{{ file }}.{{ to }}' }\n`;
      const files = { 'roles/r/tasks/main.yml': role, 'more.yml': role };
      const tasks = [
        `- { name: first, include_role: { name: r }, vars: { text: one, to: f } }`,
        `- { name: again, include_tasks: more.yml, vars: { text: '{{ item }}', to: '{{ item }}' }, loop: [g, h] }`,
      ].join('\n');
      const roles = '  roles:\n    - { role: r, text: zero, to: f }\n    - { role: r, text: half, to: g }\n';
      const { applied, exit, read } = await bind({ playbook: playbook(tasks, roles), files });
      expect(exit).to.equal(0);
      expect(applied.filter((line) => line === 'a changed of the role')).to.have.length(5);
      expect([read('a.f'), read('a.g'), read('a.h')]).to.deep.equal(['one', 'g', 'h']);
    });

    it('holds what is delegated, and changes nothing on a host that has moved for another', async () => {
      const tasks = `${write('one')}\n- name: for all\n  copy: { content: all, dest: 'DIR/b.g' }\n  delegate_to: b\n  run_once: true`;
      const well = await bind({ playbook: playbook(tasks) });
      expect([well.exit, well.read('b.g')]).to.deep.equal([0, 'all']);
      const moved = await bind({ playbook: playbook(tasks) }, (folder) => writeFileSync(join(folder, 'b.f'), ''));
      expect([moved.exit, moved.read('b.g')]).to.deep.equal([2, undefined]);
      expect(moved.applied).to.include('a failed for all');
      expect(moved.refused.at(-1)).to.match(/^it has changed since the plan was made\n/);
    });

    it('what runs once runs on the host that it was planned for, or not at all', async () => {
      const tasks = `${write('one')}\n- name: once\n  copy: { content: all, dest: '{{ file }}.g' }\n  run_once: true`;
      const moved = await bind({ playbook: playbook(tasks) }, (folder) => writeFileSync(join(folder, 'a.f'), ''));
      expect(moved.applied).to.include('b failed once');
      expect(moved.refused.at(-1)).to.equal('not in the plan: it would change content of DIR/b.g');
      expect(moved.read('b.g')).to.equal(undefined);
    });

    it('tells what was planned and not needed any more', async () => {
      const tasks = `- name: does it\n  shell: printf one > {{ file }}.f\n${write('one')}`;
      const { exit, left } = await bind({ playbook: playbook(tasks) });
      expect([exit, left]).to.deep.equal([0, ['a write', 'b write', 'c write']]);
    });
  });
});
