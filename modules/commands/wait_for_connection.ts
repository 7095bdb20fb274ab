import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { UnknownValue } from '../../engine/module/unknown.ts';

const answer: Probe<boolean> = { key: 'answers:', script: ':', parse: (out) => out.code === 0, shared: true };

export const wait_for_connection = defineModule({
  name: 'wait_for_connection',
  summary: 'Waits until the host is reachable.',
  subject: 'commands',
  args: {
    type: 'object',
    properties: {
      timeout: { type: 'integer', minimum: 1, default: 600, description: 'Seconds.' },
      delay: {
        type: 'integer',
        minimum: 0,
        default: 0,
        description: 'Seconds between the first and the second attempt.',
      },
    },
    additionalProperties: false,
  },
  nature: 'wait',
  examples: [
    `- name: the new machine has booted
  wait_for_connection:
    timeout: 120`,
    `- name: give it time first
  wait_for_connection:
    delay: 10`,
  ],
  async check(_args, host) {
    try {
      await host.read(answer);
      return { present: null, differences: [] };
    } catch (error) {
      if (error instanceof TaskFailure || error instanceof UnknownValue) throw error;
      return { present: null, differences: [{ what: 'connection', from: null, to: 'open' }] };
    }
  },
  async change({ timeout, delay }, _found, host) {
    await sleep(delay * 1000, undefined, { signal: host.signal });
    await host.reconnect(timeout);
  },
});
