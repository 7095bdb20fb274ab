import { basename } from 'node:path';
import { defineModule } from '../../engine/module/module.ts';
import { changeContent, checkContent, contentArgs, contentReturns, followArg } from './content.ts';

export const template = defineModule({
  name: 'template',
  summary: 'Renders a template for the host and writes it there.',
  subject: 'files',
  alongside: true,
  args: {
    type: 'object',
    properties: {
      src: {
        type: 'string',
        format: 'template-file',
        description: "A template on the controller, found in the role's or the playbook's templates/.",
      },
      dest: {
        type: 'string',
        format: 'path',
        description:
          'Path of the file; with a trailing slash, the folder to put it in (under its name without `.hbs`). A symbolic link at this path is replaced, unless `follow` is set.',
      },
      follow: followArg,
      ...contentArgs,
    },
    required: ['src', 'dest'],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: { dest: { type: 'string', description: 'The path of the file.' }, ...contentReturns },
  },
  examples: [
    `- name: Configure the load balancer
  template:
    src: haproxy.cfg.hbs
    dest: /etc/haproxy/haproxy.cfg
    owner: root
    group: root
    mode: '0644'
    validate: haproxy -c -f %s`,
    `- name: Configure the container runtime, keeping what was there
  template:
    src: config.toml.hbs
    dest: /etc/containerd/config.toml
    backup: true`,
  ],
  async check({ src, dest, follow, ...rest }, host) {
    const path = dest.endsWith('/') ? dest + basename(src.path).replace(/\.hbs$/, '') : dest;
    const found = await checkContent(host, { ...rest, path, content: Buffer.from(src.content) }, follow);
    return { ...found, result: { dest: path, ...found.result } };
  },
  change: (_args, found, host) => changeContent(host, found.present),
});
