import { expect } from 'chai';
import { type Given, trace } from './trace.ts';

interface Case extends Given {
  readonly title: string;
  /** Lines of the trace, sorted where hosts run side by side. */
  readonly trace: readonly string[];
  readonly exit?: number;
}

const play = (body: string, hosts = 'a'): string => `- name: p\n  hosts: ${hosts}\n${body.replace(/^/gm, '  ')}`;

const cases: readonly Case[] = [
  {
    title: 'a file is written, and found right the second time',
    playbook: play(`tasks:
- { name: one, copy: { content: hi, dest: DIR/f } }
- { name: two, copy: { content: hi, dest: DIR/f } }`),
    trace: ['a changed one', 'a ok two'],
  },
  {
    title: 'check mode predicts for later tasks what earlier ones would do',
    options: { check: true },
    playbook: play(`tasks:
- { name: folder, file: { path: DIR/d, state: directory } }
- { name: file, copy: { content: hi, dest: DIR/d/f } }
- { name: again, copy: { content: hi, dest: DIR/d/f } }`),
    trace: ['a changed folder', 'a changed file', 'a ok again'],
  },
  {
    title: 'a command in check mode is unknown, and so is what depends on it',
    options: { check: true },
    playbook: play(`tasks:
- { name: run, command: "true", register: r }
- { name: needs it, debug: { msg: x }, when: r.rc == 0 }
- { name: decided by the other side, debug: { msg: x }, when: r.rc == 0 && false }
- { name: keeps, set_fact: { kept: "{{ r.stdout }}" } }
- { name: needs what was kept, debug: { msg: "{{ kept }}" } }
- { name: really runs, command: "true", check_mode: false, changed_when: false, register: s }
- { name: known, debug: { msg: x }, when: s.rc == 0 }`),
    trace: [
      'a unknown run',
      'a unknown needs it',
      'a skipped decided by the other side',
      'a unknown keeps',
      'a unknown needs what was kept',
      'a ok really runs',
      'a ok known',
    ],
  },
  {
    title: 'handlers run once, in the order of their definition, and may notify earlier ones',
    playbook: play(`tasks:
- { name: t1, copy: { content: x, dest: DIR/1 }, notify: second }
- { name: t2, copy: { content: x, dest: DIR/2 }, notify: [second, third] }
- { name: t3, copy: { content: x, dest: DIR/1 }, notify: never }
handlers:
- { name: first, debug: { msg: first } }
- { name: never, debug: { msg: never } }
- { name: second, copy: { content: x, dest: DIR/3 }, notify: first }
- { name: by topic, debug: { msg: x }, listen: third }`),
    trace: [
      'a changed t1',
      'a changed t2',
      'a ok t3',
      'a changed second (handler)',
      'a ok first (handler)',
      'a ok by topic (handler)',
    ],
  },
  {
    title: 'a failed host leaves the play, and the others go on',
    playbook: play(
      `tasks:
- { name: breaks, fail: { msg: no }, when: inventory_hostname == 'b' }
- { name: after, debug: { msg: x } }`,
      'all',
    ),
    trace: ['a ok after', 'a skipped breaks', 'b failed breaks', 'c ok after', 'c skipped breaks'],
    exit: 2,
  },
  {
    title: 'ignore_errors',
    playbook: play(`tasks:
- { name: breaks, command: "false", ignore_errors: true, register: r }
- { name: after, debug: { msg: x }, when: r.failed && r.rc == 1 }`),
    trace: ['a failed breaks (ignored)', 'a ok after'],
  },
  {
    title: 'rescue mends a block, always runs, and what failed is visible',
    playbook: play(`tasks:
- block:
    - { name: breaks, command: "false" }
    - { name: not reached, debug: { msg: x } }
  rescue:
    - { name: mends, debug: { msg: "{{ failed_task.name }} {{ failed_result.rc }}" } }
  always:
    - { name: always, debug: { msg: x } }
- { name: after, debug: { msg: x } }`),
    trace: ['a failed breaks (rescued)', 'a ok mends', 'a ok always', 'a ok after'],
  },
  {
    title: 'always runs after a failure that nothing mends',
    playbook: play(`tasks:
- block: [{ name: breaks, command: "false" }]
  always: [{ name: always, debug: { msg: x } }]
- { name: not reached, debug: { msg: x } }`),
    trace: ['a failed breaks', 'a ok always'],
    exit: 2,
  },
  {
    title: 'any_errors_fatal ends the play for all, after the task has finished on all',
    playbook: play(
      `any_errors_fatal: true
tasks:
- { name: breaks, fail: { msg: no }, when: inventory_hostname == 'a' }
- { name: not reached, debug: { msg: x } }`,
      'all',
    ),
    trace: ['a failed breaks', 'b skipped breaks', 'c skipped breaks'],
    exit: 2,
  },
  {
    title: 'a loop tells each item, and registers their results',
    playbook: play(`tasks:
- { name: loop, debug: { msg: "{{ item }}" }, loop: [1, 2, 3], when: item != 2, register: r }
- { name: sum, debug: { msg: x }, when: 'size(r.results) == 3 && r.results[1].skipped && r.results[2].item == 3' }`),
    trace: ['a ok loop 1', 'a skipped loop 2', 'a ok loop 3', 'a ok sum'],
  },
  {
    title: 'a condition that is false never evaluates the source of the loop',
    playbook: play(
      `tasks: [{ name: loop, debug: { msg: x }, loop: "{{ nothing.here }}", when: false }]\nvars: { nothing: {} }`,
    ),
    trace: ['a skipped loop'],
  },
  {
    title: 'loop_control: variable, index, label, extended',
    playbook: play(`tasks:
- name: loop
  debug: { msg: "{{ n.k }} {{ i }}" }
  loop: [{ k: x }, { k: y }]
  loop_control: { loop_var: n, index_var: i, label: "{{ n.k }}", extended: true }
  when: ansible_loop.last || i == 0`),
    trace: ['a ok loop "x"', 'a ok loop "y"'],
  },
  {
    title: 'until tries again and tells how often',
    playbook: play(`tasks:
- { name: tries, shell: "echo x >> DIR/n; wc -l < DIR/n", register: r, until: r.stdout == '3', retries: 5, delay: 0 }
- { name: counted, debug: { msg: x }, when: r.attempts == 3 }
- { name: gives up, command: "false", register: s, until: s.rc == 0, retries: 1, delay: 0, ignore_errors: true }
- { name: also counted, debug: { msg: x }, when: s.attempts == 2 }`),
    trace: ['a changed tries', 'a ok counted', 'a failed gives up (ignored)', 'a ok also counted'],
  },
  {
    title: 'changed_when and failed_when',
    playbook: play(`tasks:
- { name: quiet, command: "true", changed_when: false }
- { name: both must hold, command: "echo x", register: r, changed_when: ["r.stdout == 'x'", "r.rc == 1"] }
- { name: not a failure, command: "false", register: s, failed_when: s.rc > 1 }
- { name: a failure, command: "echo bad", register: t, failed_when: "t.stdout.contains('bad')", ignore_errors: true }`),
    trace: ['a ok quiet', 'a ok both must hold', 'a changed not a failure', 'a failed a failure (ignored)'],
  },
  {
    title: 'run_once runs on the first host for which the condition holds, and all get the result',
    playbook: play(
      `tasks:
- { name: once, command: echo hi, run_once: true, register: r, when: inventory_hostname != 'a', changed_when: false }
- { name: known, debug: { msg: x }, when: r.stdout == 'hi' }`,
      'all',
    ),
    trace: ['a ok known', 'a skipped once', 'b ok known', 'b ok once', 'c ok known'],
  },
  {
    title: 'delegate_to runs there, with the variables of the host that delegates',
    inventory: 'all:\n  vars: { ansible_connection: local }\n  hosts: { a: { mine: 1 }, b: { mine: 2 } }\n',
    playbook: play(`tasks:
- { name: there, debug: { msg: "{{ mine }}" }, delegate_to: b }
- { name: nowhere, command: "true", delegate_to: "{{ 'bb' }}", ignore_errors: true }`),
    trace: ['a ok there', 'a failed nowhere (ignored)'],
  },
  {
    title: 'serial takes the hosts batch by batch',
    playbook: play('serial: 1\ntasks: [{ name: t1, debug: { msg: x } }, { name: t2, debug: { msg: x } }]', 'a,b'),
    trace: ['a ok t1', 'a ok t2', 'b ok t1', 'b ok t2'],
  },
  {
    title: 'tags select, and skip',
    options: { tags: ['x'], skipTags: ['y'] },
    playbook: play(`tasks:
- { name: x, debug: { msg: x }, tags: x }
- { name: xy, debug: { msg: x }, tags: [x, y] }
- { name: none, debug: { msg: x } }
- { name: always, debug: { msg: x }, tags: always }`),
    trace: ['a ok x', 'a ok always'],
  },
  {
    title: 'set_fact, hostvars and magic variables',
    playbook: play(
      `tasks:
- { name: set, set_fact: { n: "{{ inventory_hostname }}!" } }
- { name: see, debug: { msg: x }, when: "hostvars.b.n == 'b!' && n == inventory_hostname + '!' && size(groups.all) == 3 && ansible_play_hosts == ['a', 'b', 'c']" }`,
      'all',
    ),
    trace: ['a ok see', 'a ok set', 'b ok see', 'b ok set', 'c ok see', 'c ok set'],
  },
  {
    title: 'remote data is never a template',
    playbook: play(`tasks:
- { name: data, command: "echo {{ '{{' }} 1 }}", register: r, changed_when: false }
- { name: use, copy: { content: "{{ r.stdout }}", dest: DIR/f } }
- { name: same, command: "cat DIR/f", register: s, changed_when: false }
- { name: literal, debug: { msg: x }, when: "s.stdout == r.stdout && s.stdout.contains('{')" }`),
    trace: ['a ok data', 'a changed use', 'a ok same', 'a ok literal'],
  },
  {
    title: 'facts are read where something refers to them',
    playbook: play(
      'tasks: [{ name: see, debug: { msg: x }, when: facts.cpus >= 1 && facts.memory_mb > 100 && facts.kernel != "" && hostvars.b.facts.cpus == facts.cpus }]',
    ),
    trace: ['a ok see'],
  },
  {
    title: 'end_host ends the play for one host, not the run',
    playbook: `${play("tasks:\n- { meta: end_host, when: inventory_hostname == 'a' }\n- { name: t, debug: { msg: x } }", 'a,b')}\n- hosts: a,b\n  tasks: [{ name: u, debug: { msg: x } }]`,
    trace: ['a ok u', 'b ok t', 'b ok u'],
  },
  {
    title: 'a change that does not stay is a failure that says what is left',
    playbook: play(`tasks: [{ name: lost, copy: { content: x, dest: /dev/null } }]`),
    trace: ['a failed lost'],
    exit: 2,
  },
];

describe('a run', () => {
  for (const { title, trace: expected, exit = 0, ...given } of cases) {
    it(title, async () => {
      const seen = await trace(given);
      const sideBySide = expected.some((line) => !line.startsWith('a '));
      const shown = seen.results
        .filter((r) => r.status === 'failed')
        .map((r) => r.message)
        .join('; ');
      expect(sideBySide ? [...seen.lines].sort() : seen.lines, shown).to.deep.equal(expected);
      expect(seen.exit).to.equal(exit);
    });
  }

  it('counts as Ansible does: a changed task is ok as well, an ignored failure too', async () => {
    const { recap } = await trace({
      playbook: play(`tasks:
- { copy: { content: x, dest: DIR/f } }
- { command: "false", ignore_errors: true }
- { debug: { msg: x }, when: false }`),
    });
    expect(recap.hosts['a']).to.deep.equal({
      ok: 2,
      changed: 1,
      skipped: 1,
      failed: 0,
      unreachable: 0,
      rescued: 0,
      ignored: 1,
      unknown: 0,
    });
  });
});
