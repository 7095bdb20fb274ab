import { defineModule } from '../../engine/module/module.ts';
import type { Probe } from '../../engine/module/probe.ts';

const answer: Probe<string> = { key: 'ping:', script: 'echo pong', parse: (out) => out.stdout.trim(), shared: true };

export const ping = defineModule({
  name: 'ping',
  summary: 'Whether the host can be reached and its shell answers.',
  subject: 'commands',
  args: {
    type: 'object',
    properties: { data: { type: 'string', default: 'pong', description: 'What to return.' } },
    additionalProperties: false,
  },
  returns: { type: 'object', properties: { ping: { type: 'string', description: 'The answer: what data says.' } } },
  examples: [
    `- name: is everybody there
  ping:`,
    `- name: a word of one's own
  ping:
    data: here`,
  ],
  async check({ data }, host) {
    await host.read(answer);
    return { present: null, differences: [], result: { ping: data }, message: data };
  },
});
