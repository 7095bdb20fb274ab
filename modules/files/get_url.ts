import { basename } from 'node:path/posix';
import { TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule } from '../../engine/module/module.ts';
import { cannotTell, willBe } from '../../engine/module/probe.ts';
import { isMountPoint, replaceFailure } from '../../engine/module/replace-file.ts';
import { headersSchema, passwordsIn } from '../commands/curl.ts';
import { type Attributes, attributeArgs, attributeDifferences, readWanted, settle } from './attributes.ts';
import { contentArgs } from './content.ts';
import { downloadScript, urlDigest } from './download.ts';
import { mountPoint, pathState } from './path.ts';
import type { PathState } from './path-state.ts';
import { disturbed, expectFolder, look } from './place.ts';
import { attributeSteps, takeSteps } from './steps.ts';
import { fileDigest, fileText } from './text.ts';

interface Found {
  readonly path: string;
  readonly will: Attributes;
  /** What is at the path now. */
  readonly at: PathState;
  readonly download: boolean;
  /** SHA-256 that the file must have. */
  readonly digest?: string;
}

export const get_url = defineModule({
  name: 'get_url',
  summary: 'Downloads a file from the web to the host.',
  subject: 'files',
  args: {
    type: 'object',
    properties: {
      url: {
        type: 'string',
        format: 'line',
        pattern: '^(https?|ftp)://\\S+$',
        description: 'Fetched by the host itself, with curl, wget or, if neither is installed, apt.',
      },
      dest: {
        type: 'string',
        format: 'path',
        description:
          'Path of the file; with a trailing slash, the folder to put it in, under the last part of the URL.',
      },
      checksum: {
        type: 'string',
        pattern: '^sha256:[0-9a-fA-F]{64}$',
        description: '`sha256:` and the expected digest. Without it, an existing file is assumed to be correct.',
      },
      force: {
        type: 'boolean',
        default: false,
        description:
          'Without a checksum: fetch the URL each time and replace the file if it differs. Needs curl or wget.',
      },
      headers: {
        ...headersSchema,
        description:
          'HTTP headers to send, by name. They never appear in an argument list, and a redirect to another server does not get them. Needs curl.',
      },
      ...attributeArgs,
      unsafe_writes: contentArgs.unsafe_writes,
    },
    required: ['url', 'dest'],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: {
      dest: { type: 'string', description: 'The path of the file.' },
      url: { type: 'string', description: 'The address.' },
      checksum: { type: 'string', description: 'SHA-256 in hex, where it is known.' },
      owner: { type: 'string', description: 'The name of the owner.' },
      group: { type: 'string', description: 'The name of the group.' },
      mode: { type: 'string', description: 'Four octal digits.' },
      state: { const: 'file', description: 'What is at the path.' },
    },
  },
  examples: [
    `- name: Install a tool in the version that we tested
  get_url:
    url: https://dl.k8s.io/release/v1.33.0/bin/linux/amd64/kubectl
    dest: /usr/local/bin/kubectl
    checksum: sha256:9efe8d3facb23e1618cba36fb1c4e15ac9dc3ed5a2c2e18109e4a66b2bac12dc
    mode: '0755'`,
    `- name: Keep a list up to date
  get_url:
    url: http://mirror.example.org/blocked.txt
    dest: /etc/squid/blocked.txt
    force: true`,
  ],
  lint(args) {
    const problems: string[] = [];
    if (args['force'] === true && 'checksum' in args)
      problems.push("'force' has no effect with 'checksum': the checksum decides whether the file is correct");
    if (args['force'] === true && 'headers' in args) problems.push("'force' cannot send 'headers': give a checksum");
    return problems;
  },
  async check({ url, dest, checksum, force, owner, group, mode, unsafe_writes }, host) {
    for (const password of passwordsIn(url)) host.secret(password);
    const path = dest.endsWith('/') ? dest + nameIn(url) : dest;
    const wantedDigest = checksum?.slice('sha256:'.length).toLowerCase();
    const [place, settled, has, served] = await Promise.all([
      look(host, path),
      readWanted(host, {
        ...(owner !== undefined && { owner }),
        ...(group !== undefined && { group }),
        ...(mode !== undefined && { mode }),
      }),
      checksum !== undefined || force ? host.read(fileDigest(path)) : null,
      force && checksum === undefined ? host.read(urlDigest(url)) : undefined,
    ]);
    const { present, folder } = place;
    expectFolder(place);
    if (present.type === 'directory')
      throw new TaskFailure(`${path} is a folder`, {
        hint: `to put the file into it, end the path with a slash: ${path}/`,
      });
    if (present.type === 'other') throw new TaskFailure(`${path} is not a regular file`);
    const digest = wantedDigest ?? served;
    const download = present.type !== 'file' || (digest !== undefined && has !== digest);
    if (download && present.type === 'file' && unsafe_writes !== true && (await host.read(mountPoint(path))))
      throw isMountPoint(path);
    const will = settle(settled.wanted, present, folder, settled.me, 'file');
    const is =
      present.type === 'absent'
        ? null
        : present.type === 'link'
          ? `symbolic link to ${present.target}`
          : `sha256 ${has}`;
    const content: Difference[] = download
      ? [{ what: `content of ${path}`, from: is, to: digest === undefined ? `what ${url} serves` : `sha256 ${digest}` }]
      : [];
    const found: Found = { path, will, at: present, download, ...(digest !== undefined && { digest }) };
    return {
      present: found,
      differences: [...content, ...attributeDifferences(path, present, will)],
      after: [
        willBe(pathState(path), { type: 'file', ...will }),
        ...disturbed(path),
        ...(download
          ? [
              digest === undefined ? cannotTell(fileDigest(path)) : willBe(fileDigest(path), digest),
              cannotTell(fileText(path)),
            ]
          : []),
      ],
      result: { dest: path, url, state: 'file', ...will, ...(digest !== undefined && { checksum: digest }) },
    };
  },
  async change({ url, headers = {}, unsafe_writes }, { present: { path, will, at, download, digest } }, host) {
    if (!download) {
      await takeSteps(host, attributeSteps(path, at, will));
      return {};
    }
    const script = downloadScript({
      url,
      path,
      headers,
      will,
      ...(unsafe_writes !== undefined && { unsafe_writes }),
      ...(digest !== undefined && { digest }),
    });
    const output = await host.shell(script);
    if (output.code === 0) return { result: { checksum: output.stdout.trim() } };
    if (output.code !== 1) throw replaceFailure(path, output);
    // apt ends with a line that says no more than that it failed.
    const lines = output.stderr.split('\n').filter((line) => line !== '' && line !== 'E: Download Failed');
    const reason = lines.at(-1) ?? `exit code ${output.code}`;
    throw new TaskFailure(`cannot download ${url}: ${reason}`, { output, hint: `${path} is as it was` });
  },
});

function nameIn(url: string): string {
  const name = decodeURIComponent(basename(new URL(url).pathname));
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
    throw new TaskFailure(`${url} does not end with a file name`, { hint: "name the file in 'dest'" });
  return name;
}
