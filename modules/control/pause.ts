import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';

export const pause = defineModule({
  name: 'pause',
  summary: 'Waits for a given time.',
  subject: 'control',
  args: {
    type: 'object',
    description: 'To wait for a condition, use wait_for, uri or until. There is no wait in check mode.',
    properties: {
      seconds: { type: 'number', minimum: 0, description: 'Seconds to wait.' },
      minutes: { type: 'number', minimum: 0, description: 'Minutes to wait, instead of seconds.' },
      prompt: { type: 'string', description: 'Not supported: tsplay never prompts.' },
    },
    additionalProperties: false,
  },
  nature: 'wait',
  examples: [
    `- name: let the virtual address move
  pause:
    seconds: 3`,
    `- name: leave time for an inspection
  pause:
    minutes: 1`,
  ],
  lint(args) {
    if ('prompt' in args)
      return [
        'prompt is not supported: tsplay never prompts during a run; pass the answer as a variable (-e name=value)',
      ];
    return 'seconds' in args && 'minutes' in args ? ['give either seconds or minutes'] : [];
  },
  check({ seconds, minutes, prompt }) {
    if (prompt !== undefined || (seconds === undefined && minutes === undefined))
      throw new TaskFailure('pause needs seconds or minutes', {
        hint: 'tsplay never prompts during a run: pass the answer as a variable (-e name=value)',
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
