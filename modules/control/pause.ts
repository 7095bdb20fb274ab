import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';

export const pause = defineModule({
  name: 'pause',
  summary: 'Waits for a time.',
  subject: 'control',
  args: {
    type: 'object',
    description:
      'Waiting for something is better done with wait_for, uri and until. Nothing is waited for in check mode.',
    properties: {
      seconds: { type: 'number', minimum: 0, description: 'How many seconds.' },
      minutes: { type: 'number', minimum: 0, description: 'How many minutes, instead of seconds.' },
      prompt: { type: 'string', description: 'Refused: tsplay asks nobody.' },
    },
    additionalProperties: false,
  },
  nature: 'wait',
  examples: [
    `- name: let the virtual address move
  pause:
    seconds: 3`,
    `- name: time for a look
  pause:
    minutes: 1`,
  ],
  lint(args) {
    if ('prompt' in args)
      return ['prompt cannot be used: tsplay asks nobody while it runs; give the answer as a variable (-e name=value)'];
    return 'seconds' in args && 'minutes' in args ? ['give either seconds or minutes'] : [];
  },
  check({ seconds, minutes, prompt }) {
    if (prompt !== undefined || (seconds === undefined && minutes === undefined))
      throw new TaskFailure('pause needs seconds or minutes', {
        hint: 'tsplay asks nobody while it runs: give an answer as a variable (-e name=value)',
      });
    const time = seconds ?? minutes! * 60;
    return Promise.resolve({
      present: time,
      differences: time > 0 ? [{ what: 'time', from: null, to: `${time} s later` }] : [],
    });
  },
  async change(_args, { present }, host) {
    await sleep(present * 1000, undefined, { signal: host.signal });
    return { message: `waited ${present} s` };
  },
});
