import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';

export const fail = defineModule({
  name: 'fail',
  summary: 'Fails the host with a message.',
  subject: 'control',
  args: {
    type: 'object',
    properties: {
      msg: {
        type: 'string',
        default: 'failed as requested by the playbook',
        description: 'The reason, and what to do about it.',
      },
    },
    additionalProperties: false,
  },
  freeForm: 'msg',
  alwaysFails: true,
  examples: [
    `- name: only Debian and its kin
  fail:
    msg: 'no idea how to set up {{facts.os.pretty_name}}'
  when: facts.os.family != 'debian'`,
    `- name: not yet
  fail: the upgrade from 1.35 is not written yet
  when: facts.os.id == 'never'`,
  ],
  check({ msg }) {
    throw new TaskFailure(msg);
  },
});
