import { defineModule } from '../../engine/module/module.ts';
import { checkCommand, commandArgs, commandReturns, runCommand } from './execute.ts';

export const shell = defineModule({
  name: 'shell',
  summary: 'Runs a shell script: pipes, variables, wildcards.',
  subject: 'commands',
  args: {
    type: 'object',
    description:
      'Like command, but run by /bin/sh. Insert values with the quote helper: otherwise a value that contains a space or a quote becomes several words.',
    properties: {
      cmd: { type: 'string', minLength: 1, description: 'The shell script.' },
      executable: {
        type: 'string',
        format: 'path',
        default: '/bin/sh',
        description: 'The shell, for example `/bin/bash`.',
      },
      ...commandArgs,
    },
    required: ['cmd'],
    additionalProperties: false,
  },
  freeForm: 'cmd',
  returns: commandReturns,
  nature: 'action',
  detachable: true,
  examples: [
    `- name: how many etcd members are there
  shell: etcdctl member list | wc -l
  register: members
  changed_when: 'false'`,
    `- name: unpack the tools once
  shell:
    cmd: set -o pipefail; curl -fsS https://example.com/tools.tar.gz | tar -xz
    executable: /bin/bash
    chdir: /opt
    creates: /opt/tools`,
  ],
  check: (args, host) => checkCommand(args, args.cmd, host),
  change: (args, _found, host) => runCommand([args.executable, '-c', args.cmd], args, args.cmd, host),
});
