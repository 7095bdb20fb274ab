import { TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule } from '../../engine/module/module.ts';
import { willBe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { fileText } from '../files/text.ts';
import { configFile } from './config-file.ts';
import { hostNames } from './kernel.ts';

export const hostname = defineModule({
  name: 'hostname',
  summary: "The host's name: now, and after a reboot.",
  subject: 'system',
  args: {
    type: 'object',
    description: '/etc/hosts is not changed: see lineinfile.',
    properties: {
      name: {
        type: 'string',
        pattern: '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$',
        maxLength: 64,
        description: 'The name, with or without a domain.',
      },
    },
    required: ['name'],
    additionalProperties: false,
  },
  examples: [
    `- name: the host is called as in the inventory
  hostname:
    name: '{{inventory_hostname}}'`,
    `- name: a unique name
  hostname:
    name: k8s-master-1`,
  ],
  async check(args, host) {
    const [found, file] = await Promise.all([host.read(hostNames()), host.read(fileText('/etc/hostname'))]);
    const differences: Difference[] = [];
    if (found.now !== args.name) differences.push({ what: 'name', from: found.now, to: args.name });
    if (found.boot !== args.name) differences.push({ what: '/etc/hostname', from: found.boot, to: args.name });
    const config = configFile('/etc/hostname', file, found.boot === args.name ? file.content : `${args.name}\n`);
    const after = [
      ...config.after,
      willBe(hostNames(), { now: args.name, boot: args.name }),
      { kind: 'value', key: 'fact:hostname', value: args.name.split('.')[0] } as const,
      { kind: 'unknown', key: 'fact:fqdn' } as const,
    ];
    return { present: found, differences, after: differences.length === 0 ? [] : after };
  },
  async change(args, { present }, host) {
    if (present.boot !== args.name)
      await host.write('/etc/hostname', `${args.name}\n`, { owner: 'root', group: 'root', mode: '0644' });
    if (present.now === args.name) return;
    const out = await host.shell(
      sh`hostname -- ${args.name} 2>/dev/null || printf '%s\n' ${args.name} >/proc/sys/kernel/hostname`,
    );
    if (out.code !== 0)
      throw new TaskFailure('the name of the running system cannot be set', {
        output: out,
        hint: 'this needs root: set become: true',
      });
  },
});
