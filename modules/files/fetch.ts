import { basename } from 'node:path/posix';
import { expectSuccess, TaskFailure } from '../../engine/module/failure.ts';
import { defineModule, type Writer } from '../../engine/module/module.ts';
import { look, whyNoFile } from './place.ts';
import { digestOf, fileDigest } from './text.ts';

export const fetch = defineModule({
  name: 'fetch',
  summary: 'Copies a file from the host to the controller.',
  subject: 'files',
  args: {
    type: 'object',
    properties: {
      src: { type: 'string', format: 'path', description: 'The file on the host. A symbolic link is followed.' },
      dest: {
        type: 'string',
        format: 'local-path',
        description:
          'Path on the controller; with a trailing slash, the folder to put the file in under its own name. To fetch from several hosts, include the host name. What comes from a host (a fact, a result) can only name something below the folder that is written before it.',
      },
      flat: {
        const: true,
        description:
          "Always true: `dest` is the exact path. For Ansible's tree of folders by host name, write that path in `dest`.",
      },
      mode: {
        type: 'string',
        format: 'mode',
        default: '0600',
        description:
          'Mode of the file on the controller, in octal. Restrictive by default: files from a host are often secret.',
      },
      fail_on_missing: {
        type: 'boolean',
        default: true,
        description: 'Whether a missing file is a failure; otherwise nothing is done.',
      },
    },
    required: ['src', 'dest', 'flat'],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: {
      dest: { type: 'string', description: 'The file on the controller.' },
      checksum: { type: 'string', description: 'SHA-256 in hex.' },
      file: { type: 'string', description: 'The file on the host.' },
    },
  },
  examples: [
    `- name: Fetch the credentials of the cluster
  fetch:
    src: /etc/kubernetes/admin.conf
    dest: /root/.kube/ha-cluster.conf
    flat: true`,
    `- name: Keep each host's key
  fetch:
    src: /etc/ssh/ssh_host_ed25519_key.pub
    dest: 'keys/{{inventory_hostname}}/'
    flat: true
    mode: '0644'`,
  ],
  lint: ({ mode }) =>
    typeof mode === 'string' && !/^[0-7]{4}$/.test(mode) ? ["'mode' of a fetched file must be octal"] : [],
  async check({ src, dest, fail_on_missing: mustBe }, host) {
    const path = dest.endsWith('/') ? dest + nameOf(src) : dest;
    const [place, digest, local] = await Promise.all([
      look(host, src, true),
      host.read(fileDigest(src)),
      host.readLocal(path),
    ]);
    if (digest === null) {
      const { message, isMissing } = await whyNoFile(host, place);
      if (!isMissing) throw new TaskFailure(message, { hint: 'only files can be fetched' });
      if (mustBe) throw new TaskFailure(message, { hint: 'set fail_on_missing: false to ignore a missing file' });
      return { present: { path, digest: '' }, differences: [], result: { file: src, dest: path }, message };
    }
    const has = local && digestOf(local);
    return {
      present: { path, digest },
      // Never the content: what is fetched is mostly keys and credentials.
      differences:
        has === digest
          ? []
          : [{ what: `${path} on this machine`, from: has && `sha256 ${has}`, to: `sha256 ${digest}` }],
      result: { file: src, dest: path, checksum: digest },
    };
  },
  async change({ src, mode }, { present: { path, digest } }, host) {
    const content = await download(host, src);
    if (digestOf(content) !== digest)
      throw new TaskFailure(`${src} changed while it was fetched`, { hint: 'run again' });
    await host.writeLocal(path, content, Number.parseInt(mode, 8));
  },
});

function nameOf(src: string): string {
  const name = basename(src);
  if (!['', '.', '..'].includes(name)) return name;
  throw new TaskFailure(`${src} does not end with a file name`, { hint: "name the file in 'dest'" });
}

/** In base64, since the output of a command is text. */
async function download(host: Writer, src: string): Promise<Buffer> {
  const argv = ['base64', src];
  return Buffer.from(expectSuccess(argv, await host.run(argv)).stdout, 'base64');
}
