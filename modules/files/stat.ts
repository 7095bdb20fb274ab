import { defineModule, type Reader } from '../../engine/module/module.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { Unknown, UnknownValue } from '../../engine/module/unknown.ts';
import { inode, realPath } from './path.ts';
import { type Present } from './path-state.ts';
import { look } from './place.ts';
import { fileDigest } from './text.ts';

export const stat = defineModule({
  name: 'stat',
  summary: 'Reports what exists at a path.',
  subject: 'files',
  args: {
    type: 'object',
    properties: {
      path: { type: 'string', format: 'path', description: 'The path.' },
      follow: {
        type: 'boolean',
        default: false,
        description: 'Follow a symbolic link instead of reporting the link itself.',
      },
      get_checksum: { type: 'boolean', default: true, description: 'Compute the SHA-256 of the file.' },
    },
    required: ['path'],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: {
      stat: {
        type: 'object',
        description: 'What is at the path.',
        properties: {
          exists: { type: 'boolean', description: 'All else is missing where this is false.' },
          path: { type: 'string', description: 'The path.' },
          isreg: { type: 'boolean', description: 'Whether it is a regular file.' },
          isdir: { type: 'boolean', description: 'Whether it is a folder.' },
          islnk: { type: 'boolean', description: 'Whether it is a symbolic link.' },
          mode: { type: 'string', description: 'Four octal digits.' },
          pw_name: { type: 'string', description: 'The name of the owner.' },
          gr_name: { type: 'string', description: 'The name of the group.' },
          checksum: { type: 'string', description: 'SHA-256 in hex, of a regular file.' },
          lnk_source: { type: 'string', description: 'Target of a link, as an absolute path.' },
          lnk_target: { type: 'string', description: 'Target of a link, as written in it.' },
          uid: { type: 'integer', description: 'The number of the owner.' },
          gid: { type: 'integer', description: 'The number of the group.' },
          size: { type: 'integer', description: 'In bytes.' },
          inode: { type: 'integer', description: 'The number of the inode.' },
          mtime: { type: 'integer', description: 'Seconds since 1970.' },
        },
      },
    },
  },
  examples: [
    `- name: See whether the node has joined already
  stat:
    path: /etc/kubernetes/kubelet.conf
  register: kubelet_conf
- name: Say so
  debug:
    msg: this node belongs to a cluster
  when: kubelet_conf.stat.exists`,
    `- name: See which release is current
  stat:
    path: /opt/app/current
    get_checksum: false
  register: current`,
  ],
  async check({ path: given, follow, get_checksum: wantsDigest }, host) {
    const real = follow ? await host.read(realPath(given)) : given;
    const found = real === null ? undefined : await examine(host, real, wantsDigest);
    return {
      present: undefined,
      differences: [],
      result: { stat: found ? { exists: true, ...found, path: given } : { exists: false } },
    };
  },
});

async function examine(host: Reader, path: string, wantsDigest: boolean): Promise<Record<string, unknown> | undefined> {
  const [{ present }, details, digest, source] = await Promise.all([
    look(host, path, true),
    knowable(host, inode(path)),
    wantsDigest ? knowable(host, fileDigest(path)) : null,
    knowable(host, realPath(path)),
  ]);
  if (present.type === 'absent') return undefined;
  return {
    isreg: present.type === 'file',
    isdir: present.type === 'directory',
    islnk: present.type === 'link',
    mode: present.mode,
    pw_name: present.owner,
    gr_name: present.group,
    ...(present.type === 'file' && digest !== null && { checksum: digest }),
    ...links(present, source),
    ...(details instanceof Unknown
      ? { uid: details, gid: details, size: details, inode: details, mtime: details }
      : details),
  };
}

function links(present: Present, source: string | null | Unknown): Record<string, unknown> {
  return present.type === 'link' ? { lnk_target: present.target, ...(source !== null && { lnk_source: source }) } : {};
}

/** A field that a change before this one leaves open is unknown by itself: the others are not. */
async function knowable<T>(host: Reader, probe: Probe<T>): Promise<T | Unknown> {
  try {
    return await host.read(probe);
  } catch (error) {
    if (error instanceof UnknownValue) return new Unknown(error.reason);
    throw error;
  }
}
