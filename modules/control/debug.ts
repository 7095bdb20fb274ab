import { defineModule } from '../../engine/module/module.ts';

export const debug = defineModule({
  name: 'debug',
  summary: 'Prints a message or a value.',
  subject: 'control',
  args: {
    type: 'object',
    properties: {
      msg: { format: 'content', description: 'A message, or any value.' },
      var: { type: 'string', format: 'expression', description: 'An expression, printed with its value.' },
      verbosity: {
        type: 'integer',
        minimum: 0,
        default: 0,
        description: 'Accepted for compatibility with Ansible; ignored.',
      },
    },
    additionalProperties: false,
  },
  freeForm: 'msg',
  returns: { type: 'object', properties: { msg: { description: 'What was printed.' } } },
  examples: [
    `- name: print the address of the cluster
  debug:
    msg: 'the API answers on {{inventory_hostname}}'`,
    `- name: show the addresses
  debug:
    var: facts.addresses`,
  ],
  lint: (args) => ('msg' in args && 'var' in args ? ['give either msg or var'] : []),
  check(args) {
    const value = args.var === undefined ? (args.msg ?? 'Hello world!') : args.var.value;
    const text =
      typeof value === 'string' || typeof (value as Partial<number> | null)?.toFixed === 'function'
        ? `${value as string | number}` // 1.0 as it was written
        : (JSON.stringify(value, null, 2) ?? 'omit');
    return Promise.resolve({
      present: null,
      differences: [],
      message: args.var === undefined ? text : `${args.var.source}: ${text}`,
      result: { msg: value },
    });
  },
});
