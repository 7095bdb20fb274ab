import { basename } from 'node:path';
import { defineModule } from '../../engine/module/module.ts';
import { changeContent, checkContent, contentArgs, contentReturns, followArg } from './content.ts';

export const copy = defineModule({
  name: 'copy',
  summary: 'Copies a file from the controller, or a given text, to the host.',
  subject: 'files',
  alongside: true,
  args: {
    type: 'object',
    properties: {
      src: {
        type: 'string',
        format: 'local-file',
        description: 'A file on the controller, searched for in files/ of the role and of the playbook.',
      },
      content: { type: 'string', format: 'content', description: 'The text of the file, instead of `src`.' },
      decrypt: {
        type: 'boolean',
        description: 'Whether a file encrypted with `tsplay vault` is decrypted; default true.',
      },
      dest: {
        type: 'string',
        format: 'path',
        description:
          'Path of the file; with a trailing slash, the folder to put it in. A symbolic link at this path is replaced, unless `follow` is set.',
      },
      follow: followArg,
      ...contentArgs,
    },
    required: ['dest'],
    allOf: [{ oneOf: [{ required: ['src'] }, { required: ['content'] }] }],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: { dest: { type: 'string', description: 'The path of the file.' }, ...contentReturns },
  },
  examples: [
    `- name: List the kernel modules to load
  copy:
    content: |
      overlay
      br_netfilter
    dest: /etc/modules-load.d/kubernetes.conf
    mode: '0644'`,
    `- name: Install a certificate that only its service may read
  copy:
    src: server.pem
    dest: /etc/haproxy/certs/
    owner: root
    group: www-data
    mode: '0640'
    backup: true`,
    `- name: Change who may use sudo, checked before it counts
  copy:
    content: "deploy ALL=(ALL) NOPASSWD: ALL\\n"
    dest: /etc/sudoers.d/deploy
    mode: '0440'
    validate: visudo -cf %s`,
  ],
  lint(args) {
    if ('content' in args && String(args['dest']).endsWith('/'))
      return ["'dest' must name a file when 'content' is given, not a folder"];
    return [];
  },
  async check({ src, content, dest, follow, ...rest }, host) {
    const path = dest.endsWith('/') && src ? dest + basename(src.path) : dest;
    const found = await checkContent(
      host,
      { ...rest, path, content: src ? src.content : Buffer.from(content ?? '') },
      follow,
    );
    return { ...found, result: { dest: path, ...found.result } };
  },
  change: (_args, found, host) => changeContent(host, found.present),
});
