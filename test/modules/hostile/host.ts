import type { AnyModule, FileAttributes, Writer } from '../../../engine/module/module.ts';
import type { Output, Probe } from '../../../engine/module/probe.ts';
import { quoteAll } from '../../../engine/module/quote.ts';
import { readOnly } from '../../../engine/module/read-only.ts';
import { replaceScript } from '../../../engine/module/replace-file.ts';
import { fileTextOf, noFile } from '../../../modules/files/text.ts';
import type { Args } from './arguments.ts';
import { mark } from './faults.ts';

export interface Seen {
  /** Scripts and command lines. */
  readonly scripts: string[];
  readonly written: { path: string; text: string }[];
}

export const worlds = ['nothing', 'file', 'folder', 'link'] as const;
type World = (typeof worlds)[number];

/** A host that records what it is asked, and answers in a way that lets modules go on. */
export function recording(world: World, subjects: readonly string[], seen: Seen): Writer {
  const own = { mode: '0644', owner: 'root', group: 'root' };
  const at = (path: string): unknown => {
    if (
      !subjects.some((one) => one === path || `${path}/`.startsWith(`${one.replace(/\/$/, '')}/`)) &&
      !path.includes(mark)
    )
      return { type: 'directory', ...own, mode: '0755' };
    if (world === 'nothing') return { type: 'absent' };
    if (world === 'link') return { type: 'link', ...own, target: `/target/${mark}` };
    return { type: world === 'file' ? 'file' : 'directory', ...own };
  };
  const answers: Readonly<Record<string, (rest: string) => unknown>> = {
    path: at,
    file: () => (world === 'file' ? fileTextOf(Buffer.from('other\n')) : noFile),
    digest: () => (world === 'file' ? 'a'.repeat(64) : null),
    realpath: (path) => path.replace(mark, 'real'),
    refusal: () => null,
    'mount-point': () => false,
    'same-file': () => false,
    inode: () => ({ uid: 0, gid: 0, size: 1, inode: 1, mtime: 1 }),
    tree: () => [{ type: 'file', ...own, owner: 'other', mode: '0600', count: 1 }],
    identity: () => ({ user: 'root', group: 'root', umask: 0o022 }),
    account: (name) =>
      world === 'nothing'
        ? null
        : { comment: '', home: `/home/${name}`, shell: '/bin/x', group: 'users', groups: ['adm'] },
    group: () => world !== 'nothing',
    'user-number': () => (world === 'nothing' ? null : 5),
    'group-number': () => (world === 'nothing' ? null : 5),
    'user-name': () => null,
    'group-name': () => null,
    password: () => 'x',
    membership: () => ({ primary: [], members: [] }),
    'account-defaults': () => ({ home: '/home', shell: '/bin/sh' }),
    skeleton: () => ['.profile'],
    unit: () => ({ exists: true, running: false, enabled: 'no', masked: false, outdated: true, oneshot: false }),
    'unit-install': () => ({ aliases: [], also: [], defaultInstance: null }),
    sysctl: () => 'other',
    'sysctl-writable': () => true,
    module: () => 'absent',
    'module-source': (name) => ({ kind: 'loads', as: name }),
    mount: () => (world === 'file' ? { source: 's', fstype: 'f', layers: 1 } : null),
    'mount-options': () => ['rw'],
    'mount-is': () => false,
    filesystem: () => true,
    succeeds: () => false,
    glob: () => false,
    port: () => false,
    http: () => ({ status: 500, contentType: '', content: '', problem: '' }),
    'url-digest': () => 'b'.repeat(64),
    job: () => ({ is: 'ended', code: 0, stdout: '', stderr: '', timedOut: false }),
    hostname: () => ({ now: 'other', boot: 'other' }),
    'boot-id': () => `${seen.scripts.length}`,
    kubeconfig: () => true,
    'apt-index': () => 'missing',
  };
  const read = async <T>(probe: Probe<T>): Promise<T> => {
    seen.scripts.push(probe.script);
    const [, kind = '', rest = ''] = /^([^:]*):(.*)$/s.exec(probe.key) ?? [];
    const answer = answers[kind];
    return (answer ? answer(rest) : probe.parse({ code: 0, stdout: '', stderr: '' })) as T;
  };
  const run = async (script: string): Promise<Output> => {
    seen.scripts.push(script);
    return { code: 0, stdout: '', stderr: '' };
  };
  const host: Writer = {
    read,
    readNow: read,
    on: () => host,
    readLocal: async () => null,
    secret: () => {},
    run: (argv, options) => {
      for (const [name, value] of Object.entries(options?.environment ?? {}))
        seen.scripts.push(`export ${name}=${quoteAll([value])}`);
      return run(quoteAll(argv));
    },
    shell: run,
    write: async (path, content, attributes: FileAttributes) => {
      await run(replaceScript(path, attributes, []));
      seen.written.push({ path, text: content.toString() });
      return {};
    },
    writeLocal: async () => {},
    reconnect: async () => {},
    signal: AbortSignal.timeout(10), // nothing is waited for
  };
  return host;
}

export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

export async function seenOf(module: AnyModule, args: Args, world: World): Promise<Seen> {
  const seen: Seen = { scripts: [], written: [] };
  const subjects = textsIn(args).flatMap((text) => (text.startsWith('/') ? text.replace(/(?<=.)\/+$/, '') : []));
  const host = recording(world, subjects, seen);
  try {
    const check = await module.check(args, readOnly(host));
    await module.change?.(args, check, host);
  } catch (error) {
    if (!['TaskFailure', 'UnknownValue', 'AbortError', 'TimeoutError'].includes((error as Error).name)) throw error;
  }
  return seen;
}
