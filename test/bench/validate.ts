import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare } from '../../engine/run/prepare.ts';
import { modules } from '../../modules/index.ts';

/** How long the checks before a run take for a playbook of a thousand tasks: `npx tsx test/bench/validate.ts [tasks]`. */
const count = Number(process.argv[2] ?? 1000);

const kinds: readonly ((i: number) => string)[] = [
  (
    i,
  ) => `copy: { content: 'port {{ port_${i % 50} }} on {{ inventory_hostname }}', dest: /etc/app/${i}.conf, mode: '0644' }
      notify: restart ${(i / 4) % 20}
      when: facts.os.family == 'debian' && port_${i % 50} > ${i}`,
  (i) => `command: app --check {{ item }} --level ${i}
      loop: '{{ names }}'
      register: result_${i}
      changed_when: result_${i}.rc == 0 && result_${i}.stdout != ''`,
  (i) => `debug: { msg: "{{#each names as |name|}}{{ name }}: {{ default port_${i % 50} 0 }} {{/each}}" }
      when: size(groups.web) > 1 || inventory_hostname in groups.db`,
  (i) => `systemd: { name: 'app-${i}', state: started, enabled: true }
      become: true
      tags: [app, tag_${i % 30}]
      vars: { unit: 'app-{{ port_${i % 50} }}' }`,
];

const task = (i: number): string => `    - name: task ${i}\n      ${kinds[i % kinds.length]!(i)}\n`;
const list = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('');
const playbook = `- name: many tasks
  hosts: all
  vars:
    names: [a, b, c]
${list(50, (i) => `    port_${i}: ${8000 + i}\n`)}  tasks:
${list(count, task)}  handlers:
${list(20, (i) => `    - name: restart ${i}\n      systemd: { name: app-${i}, state: restarted }\n`)}`;
const inventory = `web: { hosts: { 'web[01:50]': {} } }\ndb: { hosts: { 'db[01:10]': { size: 5 } } }\n`;

const folder = mkdtempSync(join(tmpdir(), 'tsplay-bench-'));
try {
  const [site, hosts] = [join(folder, 'site.yml'), join(folder, 'hosts.yml')];
  writeFileSync(site, playbook);
  writeFileSync(hosts, inventory);
  const request = {
    playbooks: [site],
    inventories: [hosts],
    extra: new Map(),
    modules: new Map(modules.map((module) => [module.name, module])),
    options: { check: true, forks: 5, forceHandlers: false, tags: [], skipTags: [], become: false, timeoutSeconds: 1 },
  };
  const times: string[] = [];
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    const before = process.cpuUsage();
    const { warnings } = await prepare(request);
    const { user, system } = process.cpuUsage(before);
    times.push(`${Math.round(performance.now() - start)} ms (CPU ${Math.round((user + system) / 1000)} ms)`);
    if (warnings.length > 0) throw new Error(warnings[0]!.message);
  }
  process.stdout.write(
    `${count} tasks validated, the first time in a fresh process and four times more: ${times.join(', ')}\n`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
