import { parse } from 'yaml';
import type { AnyModule } from '../../../engine/module/module.ts';
import {
  formatOf,
  isSchema,
  type Schema,
  specialFormats,
  typesOf,
} from '../../../engine/playbook/arguments/schema-walk.ts';
import { validateArguments } from '../../../engine/playbook/arguments/validate.ts';

export type Args = Record<string, unknown>;
export type Path = readonly (string | number)[];
/** Arguments that the examples do not have together with what they need. */
export const more: Readonly<Record<string, readonly Args[]>> = {
  add_host: [{ hostname: 'x' }, { host: 'x' }, { name: 'x', group: 'x' }, { name: 'x', groupname: 'x' }],
  apt: [{ pkg: 'x' }, { deb: '/x' }],
  command: [{ cmd: 'x', chdir: '/x', creates: 'c', removes: 'r', unless: 'u', stdin: 's' }, { argv: ['x', 'y'] }],
  file: [
    { path: '/x', state: 'hard', src: 'y' },
    { path: '/x', state: 'directory', recurse: true, owner: 'root', mode: '0644' },
  ],
  copy: [{ content: 'x', dest: '/x', owner: 'root', validate: 'true %s' }],
  lineinfile: [
    { path: '/x', line: 'l', insertafter: 'a', create: true, owner: 'root' },
    { path: '/x', line: 'l', insertbefore: 'b', create: true },
  ],
  blockinfile: [
    { path: '/x', block: 'b', insertafter: 'a', create: true },
    { path: '/x', block: 'b', insertbefore: 'b', create: true },
  ],
  uri: [
    {
      url: 'http://x/',
      method: 'POST',
      body: 'x',
      headers: { a: 'b' },
      ca_path: '/x',
      client_cert: '/y',
      client_key: '/z',
    },
  ],
  get_url: [
    { url: 'http://x/y', dest: '/x', headers: { a: 'b' }, force: false },
    { url: 'http://x/y', dest: '/x/', force: true },
  ],
  mount: [{ path: '/x', src: 'y', fstype: 'z', opts: 'o', state: 'mounted' }],
  sysctl: [{ name: 'a.b', value: 'c', sysctl_file: '/x' }],
  modprobe: [{ name: 'x', params: 'p', persistent: 'present' }],
  user: [{ name: 'x', group: 'g', groups: ['h'], comment: 'c', shell: '/s', home: '/h', password: '!' }],
  wait_for: [
    { path: '/x', search_regex: 'y', timeout: 0, msg: 'm' },
    { port: 1, host: 'h', timeout: 0 },
  ],
  apt_repository: [
    {
      name: 'x',
      uris: ['http://x/'],
      suites: ['s'],
      components: ['c'],
      types: ['deb'],
      architectures: ['a'],
      signed_by: '/x',
    },
  ],
  kubeadm: [
    {
      state: 'worker',
      node_name: 'n',
      node_ip: '10.0.0.1',
      endpoint: 'e:1',
      via: ['v'],
      kubelet_extra_args: { a: 'b' },
      labels: { a: 'b' },
      ignore_preflight_errors: ['x'],
    },
    { state: 'init', node_name: 'n', skip_phases: ['x'], config: 'x', snapshot_dir: '/x', cri_socket: 's' },
  ],
  kubernetes_manifest: [{ path: '/x', kubeconfig: '/y', changes: [{ regexp: 'a', replace: 'b' }] }],
  systemd: [{ name: 'x', enabled: true, state: 'started' }],
  async_status: [{ jid: '1.2', mode: 'cleanup' }],
  stat: [{ path: '/x', follow: true }],
  fetch: [{ src: '/x', dest: '/y', flat: true }],
};

export function examplesOf({ name, examples, freeForm }: AnyModule): readonly Args[] {
  const tasks = examples.flatMap((text) => parse(text.replaceAll(/\{\{.*?\}\}/g, 'x')) as Record<string, unknown>[]);
  const given = tasks.filter((task) => name in task).map((task) => task[name]);
  const args = given.map(
    (one) => (typeof one === 'string' && freeForm !== undefined ? { [freeForm]: one } : (one ?? {})) as Args,
  );
  return [...args, ...(more[name] ?? [])];
}

/** Where texts may stand in the arguments of a schema; `*` for a name of a map, `0` for an item of a list. */
export function placesOf(schema: Schema): readonly { path: Path; schema: Schema }[] {
  const branches = [schema, ...['oneOf', 'anyOf'].flatMap((key) => (schema[key] as Schema[] | undefined) ?? [])];
  return branches.flatMap(({ properties, additionalProperties, items }) => [
    ...(isSchema(properties) ? Object.entries(properties) : []).flatMap(([key, inner]) => below(key, inner as Schema)),
    ...(isSchema(additionalProperties) ? below('*', additionalProperties) : []),
    ...(isSchema(items) ? below(0, items) : []),
  ]);
}

export function below(key: string | number, schema: Schema): readonly { path: Path; schema: Schema }[] {
  const types = typesOf(schema);
  const isText = !schema['enum'] && !('const' in schema) && (types.size === 0 || types.has('string'));
  return [
    ...(isText && !specialFormats.has(formatOf(schema)) ? [{ path: [key], schema }] : []),
    ...placesOf(schema).map((inner) => ({ ...inner, path: [key, ...inner.path] })),
  ];
}

/** A copy with this value there; the key itself for `*!`. */
export function withValue(args: Args, [key, ...rest]: Path, value: unknown): Args {
  const inner = rest.length === 0 ? value : withValue((args[key!] ?? (rest[0] === 0 ? [] : {})) as Args, rest, value);
  return Array.isArray(args) ? ([inner] as unknown as Args) : { ...args, [key!]: inner };
}

/** What validate and the run say of them; the arguments get their defaults. */
export function refused(module: AnyModule, args: Args): boolean {
  const given = structuredClone(args);
  return validateArguments(module, args).length > 0 || (module.lint?.(given) ?? []).length > 0;
}

/** Files as a module receives them. */
export function loaded(value: unknown, schema: Schema): unknown {
  if (formatOf(schema) === 'local-file') return { path: String(value), content: Buffer.from('x') };
  if (formatOf(schema) === 'template-file') return { path: String(value), content: 'x' };
  if (formatOf(schema) === 'condition') return { source: 'x', holds: true };
  if (formatOf(schema) === 'expression') return { source: 'x', value: 'x' };
  return value;
}
