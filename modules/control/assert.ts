import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';

export const assert = defineModule({
  name: 'assert',
  summary: 'Fails the host unless the given conditions hold.',
  subject: 'control',
  args: {
    type: 'object',
    properties: {
      that: {
        oneOf: [
          { type: 'string', format: 'condition' },
          { type: 'array', items: { type: 'string', format: 'condition' }, minItems: 1 },
        ],
        description: 'One or more conditions, as in `when`.',
      },
      fail_msg: { type: 'string', description: 'Message if a condition does not hold.' },
      msg: { type: 'string', description: 'Alias for fail_msg.' },
      success_msg: { type: 'string', default: 'all conditions hold', description: 'Message if all conditions hold.' },
      quiet: { type: 'boolean', default: false, description: 'Print no message if all conditions hold.' },
    },
    required: ['that'],
    additionalProperties: false,
  },
  examples: [
    `- name: enough memory for a control plane
  assert:
    that: facts.memory_mb >= 1700
    fail_msg: 'a control plane needs 1700 MB, this host has {{facts.memory_mb}}'`,
    `- name: the settings make sense
  assert:
    that:
      - size(groups.control_plane) > 0
      - pod_cidr != service_cidr
    quiet: true`,
  ],
  check({ that, fail_msg, msg, success_msg, quiet }) {
    const broken = (Array.isArray(that) ? that : [that]).filter((condition) => !condition.holds);
    if (broken.length === 0)
      return Promise.resolve({ present: null, differences: [], ...(!quiet && { message: success_msg }) });
    const list = broken
      .map(({ source, values = '' }) => `'${source}'${values === '' ? '' : ` (${values})`}`)
      .join(', ');
    const given = fail_msg ?? msg;
    const message = given === undefined ? `condition not met: ${list}` : given;
    throw new TaskFailure(message, {
      ...(given !== undefined && { hint: `condition not met: ${list}` }),
      result: { assertion: broken[0]!.source, evaluated_to: false },
    });
  },
});
