import * as fc from 'fast-check';

/** One task of a generated playbook: a module, its arguments, and what goes around them. */
export interface Made {
  readonly module: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Run only if the task so many places before it has changed something. */
  readonly after?: number;
}

/** Everything these tasks touch is here or has one of these names, so a host can be cleaned without a reset. */
export const SCRATCH = '/srv/prove';
export const UNITS = ['prove-a', 'prove-b'];
export const USERS = ['prove-u', 'prove-v'];
export const GROUPS = ['prove-g', 'prove-h'];
export const PACKAGES = ['tree', 'hello'];

const path = fc.constantFrom(...['a', 'b', 'd', 'd/a', 'd/b', 'd/e', 'd/e/a'].map((name) => `${SCRATCH}/${name}`));
const mode = fc.constantFrom('0644', '0600', '0755', '0700', 'u=rw,go=r', 'g+w', 'a+X', 'o-rwx', '2755');
const line = fc.constantFrom('x=1', 'x=2', 'y=1', 'z');
const text = fc.constantFrom('', 'x=1\n', 'x=1\ny=1\n', 'z', 'y=1\nx=1\nz\n', 'ü\n');
const user = fc.constantFrom(...USERS);
const group = fc.constantFrom(...GROUPS);
const owner = fc.constantFrom('root', 'debian', 'daemon', '1', ...USERS);
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

const record = (module: string, args: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Made> =>
  fc.record(args).map((values) => ({
    module,
    args: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)),
  }));
const attributes = { mode: some(mode), owner: some(owner), group: some(fc.constantFrom('root', 'daemon', ...GROUPS)) };

export const files: readonly fc.Arbitrary<Made>[] = [
  record('file', { path, state: fc.constant('directory'), ...attributes }),
  record('file', { path, state: fc.constantFrom('absent', 'touch', 'file') }),
  record('file', { path, state: fc.constantFrom('touch', 'file'), ...attributes }),
  record('file', { path, state: fc.constant('link'), src: fc.oneof(path, fc.constant('a')), force: fc.boolean() }),
  record('file', { path, state: fc.constant('hard'), src: path, force: fc.boolean() }),
  record('file', {
    path: fc.constant(`${SCRATCH}/d`),
    state: fc.constant('directory'),
    recurse: fc.constant(true),
    mode: fc.constantFrom('u=rwX,go=rX', 'u=rwX,go='),
    owner: some(owner),
  }),
  record('copy', { dest: path, content: text, ...attributes }),
  // A failing one cannot be predicted: it checks a file that check mode does not write.
  record('copy', { dest: path, content: text, validate: fc.constant('test -f %s') }),
  record('template', { dest: path, src: fc.constant('t.hbs'), mode: some(mode) }),
  record('lineinfile', {
    path,
    line,
    regexp: some(fc.constantFrom('^x=', '^y', 'z$')),
    insertbefore: some(fc.constantFrom('BOF', '^y')),
    create: fc.boolean(),
  }),
  record('lineinfile', { path, line, state: fc.constant('absent') }),
  record('lineinfile', {
    path,
    line: fc.constant('\\1=9'),
    regexp: fc.constant('^(x|y)='),
    backrefs: fc.constant(true),
  }),
  record('blockinfile', {
    path,
    block: text,
    insertafter: some(fc.constantFrom('EOF', '^x')),
    create: fc.boolean(),
    state: fc.constantFrom('present', 'present', 'absent'),
  }),
  record('replace', {
    path,
    regexp: fc.constantFrom('x', '=(\\d)', '^$'),
    replace: fc.constantFrom('', '=\\1\\1', 'q'),
  }),
  record('stat', { path }),
  record('slurp', { src: path }),
];

const unitText = fc.constantFrom(
  '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n',
  '[Service]\nExecStart=/bin/sleep 1000000\n[Install]\nWantedBy=multi-user.target\n',
  '[Service]\nType=oneshot\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n',
  '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n',
);
const unit = fc.constantFrom(...UNITS);
const unitFile = unit.map((name) => `/etc/systemd/system/${name}.service`);

export const system: readonly fc.Arbitrary<Made>[] = [
  record('group', {
    name: group,
    state: fc.constantFrom('present', 'present', 'absent'),
    gid: some(fc.constant(4321)),
  }),
  record('user', {
    name: user,
    state: fc.constantFrom('present', 'present', 'absent'),
    remove: fc.constant(undefined),
  }),
  record('user', {
    name: user,
    shell: some(fc.constantFrom('/bin/sh', '/bin/bash')),
    group: some(group),
    groups: some(fc.constantFrom<string[]>(['prove-g'], ['prove-h', 'daemon'], [])),
    append: fc.boolean(),
    comment: some(fc.constantFrom('', 'Some One')),
    home: some(fc.constantFrom(`${SCRATCH}/home`, '/home/prove-u')),
    create_home: fc.boolean(),
    system: fc.boolean(),
  }),
  record('copy', { dest: unitFile, content: unitText }),
  record('copy', { dest: unitFile, content: unitText }),
  record('file', { path: unitFile, state: fc.constant('absent') }),
  record('systemd', {
    name: unit,
    state: some(fc.constantFrom('started', 'stopped', 'restarted', 'reloaded')),
    enabled: some(fc.boolean()),
    daemon_reload: fc.boolean(),
  }),
  record('systemd', { name: unit, state: fc.constantFrom('started', 'stopped') }),
  record('systemd', { name: unit, masked: fc.boolean() }),
  record('sysctl', {
    name: fc.constantFrom('net.ipv4.conf.lo.rp_filter', 'net.ipv4.conf.lo.log_martians'),
    value: fc.constantFrom(0, 1),
    state: fc.constantFrom('present', 'present', 'absent'),
    sysctl_file: fc.constantFrom(`${SCRATCH}/sysctl`, '/etc/sysctl.d/prove.conf'),
    sysctl_set: fc.boolean(),
  }),
  record('authorized_key', {
    user,
    key: fc.constantFrom(
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl one',
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl two',
    ),
    state: fc.constantFrom('present', 'present', 'absent'),
  }),
  record('copy', { dest: path, content: text, ...attributes }),
  record('file', { path, state: fc.constant('directory'), ...attributes }),
];

const named = fc.constantFrom(...PACKAGES);
export const packages: readonly fc.Arbitrary<Made>[] = [
  record('apt', { name: named, state: fc.constantFrom('present', 'present', 'absent', 'latest') }),
  record('apt', { name: fc.constant(PACKAGES), state: fc.constantFrom('present', 'absent') }),
  record('apt', { name: named, state: fc.constant('absent'), purge: fc.constant(true) }),
  record('apt', { name: named, hold: fc.boolean() }),
  record('stat', { path: fc.constantFrom('/usr/bin/tree', '/usr/bin/hello') }),
  record('file', { path: fc.constantFrom('/usr/bin/tree', '/usr/bin/hello'), state: fc.constant('file') }),
];

/** Sequences of tasks of these kinds, some of which hang on what an earlier one did. */
export function sequences(kinds: readonly fc.Arbitrary<Made>[], maxLength: number): fc.Arbitrary<readonly Made[]> {
  const task = fc
    .tuple(fc.oneof(...kinds), fc.option(fc.nat(4), { nil: undefined, freq: 6 }))
    .map(([made, after]) => (after === undefined ? made : { ...made, after }));
  return fc.array(task, { minLength: 1, maxLength, size: 'max' });
}

/** Each task appears twice: repeated immediately, it must find nothing to do. */
export function playbookOf(tasks: readonly Made[], host: string): string {
  const lines = tasks.flatMap(({ module, args, after }, i) => {
    const when = after !== undefined && i > 0 ? `, when: r${Math.max(0, i - 1 - after)}.changed` : '';
    const one = (name: string, more: string): string =>
      `    - { name: ${name}, ${module}: ${JSON.stringify(args)}, ignore_errors: true${when}${more} }`;
    return [one(`t${i}`, `, register: r${i}`), one(`t${i} again`, '')];
  });
  return `- hosts: ${host}\n  gather_facts: false\n  tasks:\n${lines.join('\n')}\n`;
}
