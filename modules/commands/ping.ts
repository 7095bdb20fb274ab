import { defineModule } from '../../engine/module/module.ts';
import type { Probe } from '../../engine/module/probe.ts';

const answer: Probe<string> = { key: 'ping:', script: 'echo pong', parse: (out) => out.stdout.trim(), shared: true };

export const ping = defineModule({
  name: 'ping',
  summary: 'Checks that the host is reachable and its shell responds.',
  subject: 'commands',
  args: {
    type: 'object',
    properties: { data: { type: 'string', default: 'pong', description: 'What to return.' } },
    additionalProperties: false,
  },
  returns: { type: 'object', properties: { ping: { type: 'string', description: 'The value of data.' } } },
  examples: [
    `- name: check that all hosts are reachable
  ping:`,
    `- name: return a different value
  ping:
    data: here`,
  ],
  async check({ data }, host) {
    await host.read(answer);
    return { present: null, differences: [], result: { ping: data }, message: data };
  },
});
