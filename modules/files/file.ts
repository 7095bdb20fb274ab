import { TaskFailure } from '../../engine/module/failure.ts';
import { type Check, defineModule, type Reader } from '../../engine/module/module.ts';
import { cannotTell, willBe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { type Attributes, attributeArgs, readWanted, settle, type Wanted } from './attributes.ts';
import { fileWillBe } from './content.ts';
import { checkAttributes, checkFolder } from './folders.ts';
import { checkHardLink, checkLink } from './link.ts';
import { inode, pathState, realPath } from './path.ts';
import { absentPath } from './path-state.ts';
import { disturbed, expectFolder, kindOf, look, lookThrough, nothingBelow } from './place.ts';
import { modeWord, placed, type Step, takeSteps } from './steps.ts';
import { fileDigest, fileText, noFile } from './text.ts';
import { tree } from './tree.ts';

export const file = defineModule({
  name: 'file',
  summary: 'Creates and removes folders, links and empty files, and sets owner, group and mode.',
  subject: 'files',
  args: {
    type: 'object',
    properties: {
      path: { type: 'string', format: 'path', description: 'The path.' },
      state: {
        enum: ['file', 'directory', 'absent', 'touch', 'link', 'hard'],
        description:
          '`directory`: a folder, created with its parents. `absent`: nothing; a folder is removed with its contents. `touch`: a file, created empty if missing; its times are kept. `link`, `hard`: a link to `src`. `file`: a file that must exist. Default: whatever exists at the path; something must.',
      },
      src: {
        type: 'string',
        description: 'Target of the link: for `link` any text, relative to the folder of `path`; for `hard` a file.',
      },
      ...attributeArgs,
      recurse: {
        type: 'boolean',
        default: false,
        description:
          'Also apply owner, group and mode to everything in the folder. Use `X` in the mode (`u=rwX,go=rX`) to make only folders searchable.',
      },
      force: { type: 'boolean', default: false, description: 'Allow a link to replace a file.' },
      follow: {
        type: 'boolean',
        description:
          'Whether the path may be a symbolic link, to what is then meant; default true. Links inside a folder are never followed, and a link itself is managed with `link` and `absent`.',
      },
    },
    required: ['path'],
    allOf: [
      { if: { properties: { state: { enum: ['link', 'hard'] } }, required: ['state'] }, then: { required: ['src'] } },
      { if: { properties: { recurse: { const: true } } }, then: { required: ['state'] } },
    ],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'The path.' },
      state: { enum: ['file', 'directory', 'link', 'hard', 'absent', 'other'], description: 'What is at the path.' },
      owner: { type: 'string', description: 'The name of the owner.' },
      group: { type: 'string', description: 'The name of the group.' },
      mode: { type: 'string', description: 'Four octal digits.' },
      src: { type: 'string', description: 'Of a link.' },
    },
  },
  examples: [
    `- name: Make the folder of the manifests
  file:
    path: /etc/kubernetes/manifests
    state: directory
    owner: root
    group: root
    mode: '0755'`,
    `- name: Remove the repository of an older release
  file:
    path: /etc/apt/sources.list.d/kubernetes.list
    state: absent`,
    `- name: Lead the old path to the new one
  file:
    path: /opt/app/current
    src: releases/42
    state: link`,
  ],
  lint(args) {
    const problems: string[] = [];
    const { state } = args;
    if (args['recurse'] === true && state !== undefined && state !== 'directory')
      problems.push("'recurse' is for state: directory");
    if (state === 'link' && 'mode' in args) problems.push("a link has no mode: omit 'mode'");
    if ('src' in args && state !== undefined && state !== 'link' && state !== 'hard')
      problems.push("'src' is for state: link or hard");
    if (state === 'absent' && /^\/+$/.test(String(args['path']))) problems.push('/ cannot be removed');
    return problems;
  },
  async check(
    { state, src = '', recurse, force, follow, path: given, ...wanted },
    host,
  ): Promise<Check<readonly Step[]>> {
    const path = given.replace(/(?<=.)\/+$/, '');
    if (follow === false && !['link', 'hard', 'absent'].includes(state ?? '')) await expectNoLink(host, path);
    switch (state) {
      case 'absent':
        return checkAbsent(host, path);
      case 'directory':
        return checkFolder(host, path, wanted, recurse);
      case 'link':
        return checkLink(host, path, src, wanted, force);
      case 'hard':
        return checkHardLink(host, path, src, force);
      default:
        return checkFile(host, path, wanted, state);
    }
  },
  change: (_args, found, host) => takeSteps(host, found.present),
});

async function expectNoLink(host: Reader, path: string): Promise<void> {
  const { present } = await look(host, path);
  if (present.type === 'link')
    throw new TaskFailure(`${path} is a symbolic link to ${present.target}, and follow is false`, {
      hint: 'name the path that it leads to, or remove the link first with state: absent',
    });
}

async function checkAbsent(host: Reader, path: string): Promise<Check<readonly Step[]>> {
  if (path === '/') throw new TaskFailure('/ cannot be removed');
  const { present } = await look(host, path);
  if (present.type === 'absent') return { present: [], differences: [], result: { path, state: 'absent' } };
  return {
    present: [{ what: 'remove', path, script: 'rm -rf -- "./$name"' }],
    differences: [{ what: path, from: present.type, to: null }],
    after: [
      ...disturbed(path),
      ...(present.type === 'directory' || present.type === 'link' ? nothingBelow(path) : []),
      ...(present.type === 'link' ? [cannotTell(realPath(path))] : []),
      willBe(pathState(path), absentPath),
      willBe(fileText(path), noFile),
      willBe(fileDigest(path), null),
      willBe(inode(path), null),
      willBe(tree(path), []),
    ],
    result: { path, state: 'absent' },
  };
}

/** Made elsewhere and then named: it never replaces what another user has put there meanwhile. */
function newFile(path: string, will: Attributes): Step {
  const make = sh`umask 077 && : > new && dress new ${`${will.owner}:${will.group}`} ${modeWord(will.mode)}`;
  return placed('make', path, make, true);
}

async function checkFile(
  host: Reader,
  given: string,
  asked: Wanted,
  state: 'file' | 'touch' | undefined,
): Promise<Check<readonly Step[]>> {
  const [place, { wanted, me }] = await Promise.all([lookThrough(host, given), readWanted(host, asked)]);
  const { path, present } = place;
  if (present.type === 'absent') {
    if (state !== 'touch')
      throw new TaskFailure(`${path} does not exist`, {
        hint: 'state: directory creates a folder, state: touch an empty file',
      });
    expectFolder(place);
    const will = settle(wanted, present, place.folder, me, 'file');
    return {
      present: [newFile(path, will)],
      differences: [{ what: path, from: null, to: 'empty file' }],
      after: fileWillBe(path, Buffer.alloc(0), will),
      result: { path, state: 'file', ...will },
    };
  }
  if (state !== undefined && present.type !== 'file')
    throw new TaskFailure(`${path} is ${kindOf(present)}, not a file`);
  return checkAttributes(
    path,
    present,
    settle(wanted, present, place.folder, me, present.type === 'directory' ? 'directory' : 'file'),
    given,
  );
}
