import { rmSync } from 'node:fs';
import { expect } from 'chai';
import type { AnyModule } from '../../../engine/module/module.ts';
import { modules } from '../../../modules/index.ts';
import { playbookOf } from '../generated.ts';
import { layOut } from '../lay-out.ts';
import { trace, traceIn } from '../trace.ts';

const two = 'all: { vars: { ansible_connection: local }, hosts: { a: {}, b: {} } }\n';
/** Each against none, which asks task by task. */
const windows = [1, 3, Number.POSITIVE_INFINITY];

/** All that a run told, without what differs from one run to the next. */
async function told(playbook: string, lookahead: number, check: boolean): Promise<string> {
  const { results, recap } = await trace({ playbook, inventory: two, options: { lookahead, check } });
  const byHost = [...results].sort((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : 0)); // stable: order within a host stays
  const lines = byHost.map((result) => JSON.stringify({ ...result, milliseconds: 0 }));
  return [...lines, JSON.stringify({ ...recap, roundTrips: {} })]
    .join('\n')
    .replaceAll(/tsplay-test-\w+|\\"(inode|mtime)\\":\d+/g, 'DIR');
}

describe('looking ahead', function () {
  this.timeout(60_000);

  // Four times as many are compared by `npm run prove -- equivalence`.
  for (let seed = 1; seed <= 50; seed++)
    it(`changes nothing of generated playbook ${seed}`, async () => {
      const playbook = playbookOf(seed);
      const check = seed % 4 === 0;
      const without = await told(playbook, 0, check);
      for (const window of windows)
        expect(await told(playbook, window, check), `window ${window}\n${playbook}`).to.equal(without);
    });

  for (const tasks of [10, 100, 1000])
    it(`asks a host once for ${tasks} tasks that find nothing to do`, async () => {
      const list = Array.from({ length: tasks }, (_, i) => `    - file: { path: DIR/${i}, state: absent }`);
      const { recap } = await trace({ playbook: `- hosts: all\n  tasks:\n${list.join('\n')}\n` });
      expect(recap.roundTrips).to.deep.equal({ a: 2, b: 2, c: 2 }); // one of them opens the shell
    });

  const cases: readonly { title: string; playbook: string; trips: number }[] = [
    {
      title: 'what hangs on a registered result is asked in one more round trip',
      playbook: `- hosts: a
  tasks:
    - { stat: { path: DIR/hosts.yml }, register: s }
    - { file: { path: DIR/gone, state: absent }, when: s.stat.exists }
    - { file: { path: DIR/too, state: absent } }
`,
      trips: 3,
    },
    {
      title: 'what hangs on the result of a task that is skipped is asked with the rest',
      playbook: `- hosts: a
  tasks:
    - { stat: { path: DIR/hosts.yml }, register: s, when: 1 > 2 }
    - { file: { path: DIR/gone, state: absent }, when: s.skipped }
    - { file: { path: DIR/too, state: absent } }
`,
      trips: 2,
    },
    {
      title: 'the items of a loop that all need the same facts are asked together, once these are read',
      playbook: `- hosts: a
  vars: { own: "{{ facts.hostname }}", memory: !cel facts.memory_mb }
  tasks:
    - { ping: {} }
    - file: { path: "DIR/{{ own }}-{{ item }}", state: absent }
      when: memory > size(item)
      loop: [x, y, z]
`,
      trips: 4,
    },
    {
      title: 'facts, blocks, loops and later plays are looked through',
      playbook: `- hosts: a
  tasks:
    - { file: { path: DIR/a, state: absent } }
    - block: [{ file: { path: "DIR/{{ item }}", state: absent }, loop: [x, y, z] }]
      always: [{ file: { path: DIR/b, state: absent } }]
- hosts: all
  tasks: [{ file: { path: DIR/c, state: absent } }]
`,
      trips: 2,
    },
    {
      title: 'after a change all is asked anew',
      playbook: `- hosts: a
  tasks:
    - { file: { path: DIR/a, state: absent } }
    - { copy: { content: x, dest: DIR/b }, register: c }
    - { stat: { path: DIR/b }, register: s }
    - { assert: { that: [c.changed, s.stat.exists] } }
`,
      trips: 5,
    },
  ];
  for (const { title, playbook, trips } of cases)
    it(title, async () => {
      const { recap } = await trace({ playbook });
      expect(recap.exit).to.equal(0);
      expect(recap.roundTrips['a']).to.equal(trips);
    });

  // All were checked at once, however many there were.
  const many: Readonly<Record<string, string>> = {
    '5,000 tasks': '    - counted: {}\n'.repeat(5000),
    'a loop of 5,000 items': '    - { ping: {} }\n    - { counted: {}, loop: !cel "numbers" }\n',
  };
  for (const [title, tasks] of Object.entries(many))
    it(`checks at most 1,000 at once of ${title}`, async () => {
      let [now, highest] = [0, 0];
      const counted: AnyModule = {
        name: 'counted',
        summary: '',
        args: { type: 'object', properties: {} },
        examples: [],
        async check(_args, host) {
          highest = Math.max(highest, ++now);
          await host.read({ key: `read:${highest}`, script: ':', parse: () => true });
          now--;
          return { present: null, differences: [] };
        },
      };
      const folder = layOut({ playbook: `- hosts: a\n  tasks:\n${tasks}` });
      const extra = { numbers: Array.from({ length: 5000 }, (_, i) => i) };
      try {
        const all = new Map([...modules, counted].map((module) => [module.name, module]));
        const { exit } = await traceIn(folder, { extra }, { modules: all });
        expect(exit).to.equal(0);
        expect(highest).to.be.within(2, 1000);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

  it('asks nothing for tasks that will not be included', async () => {
    const { lines } = await trace({
      playbook: `- hosts: a
  tasks:
    - { name: first, file: { path: DIR/a, state: absent } }
    - { include_tasks: more.yml, when: size(inventory_hostname) > 1 }
    - { include_tasks: more.yml, tags: [never, more] }
    - { name: asked, stat: { path: DIR/asked }, register: s }
    - { name: not asked, assert: { that: ['!s.stat.exists'] } }
`,
      files: { 'more.yml': '- { name: in it, command: { cmd: "true", unless: touch DIR/asked } }\n' },
    });
    expect(lines.slice(-2)).to.deep.equal(['a ok asked', 'a ok not asked']);
  });
});
