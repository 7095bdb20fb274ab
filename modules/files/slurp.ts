import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';
import { bytesOf } from './content.ts';
import { look, whyNoFile } from './place.ts';
import { fileText } from './text.ts';

export const slurp = defineModule({
  name: 'slurp',
  summary: 'Reads a file from the host into a variable.',
  subject: 'files',
  args: {
    type: 'object',
    properties: {
      src: { type: 'string', format: 'path', description: 'The file, of at most 4 MiB. A symbolic link is followed.' },
    },
    required: ['src'],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: {
      content: { type: 'string', description: 'The bytes of the file in base64.' },
      encoding: { const: 'base64', description: 'Encoding of content.' },
      source: { type: 'string', description: 'The file.' },
    },
  },
  examples: [
    `- name: Read the certificate of the cluster
  slurp:
    src: /etc/kubernetes/pki/ca.crt
  register: ca`,
    `- name: Read the machine's identity
  slurp:
    src: /etc/machine-id
  register: machine_id`,
  ],
  async check({ src }, host) {
    const [place, text] = await Promise.all([look(host, src, true), host.read(fileText(src))]);
    if (!text.exists) throw new TaskFailure((await whyNoFile(host, place)).message);
    const bytes = bytesOf(text);
    if (!bytes) throw new TaskFailure(`${src} is larger than 4 MiB`, { hint: 'fetch copies larger files' });
    return {
      present: undefined,
      differences: [],
      result: { content: bytes.toString('base64'), encoding: 'base64', source: src },
    };
  },
});
