import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { encrypt } from '../../engine/vault/cipher.ts';
import { writeEnvelope } from '../../engine/vault/format.ts';
import { tsplay } from './command.ts';

const password = 'S3cret-Passw0rd';
const quoted = `it's "quoted" & long`;
const key = '-----BEGIN KEY-----\nAAAAB3NzaC1yc2EAAA\nQEAwJq3Xw9Zk\n-----END KEY-----\n';
const old = 'The-0ld-Passw0rd';
const nested = 'deep-in-a-map';

/** What may be seen nowhere: the secrets, their lines and what stands for them in other notations. */
const forbidden = [
  password,
  quoted,
  old,
  nested,
  'AAAAB3NzaC1yc2EAAA',
  'QEAwJq3Xw9Zk',
  JSON.stringify(quoted).slice(1, -1),
  String.raw`it'\''s`,
  encodeURIComponent(quoted),
  Buffer.from(password).toString('base64').slice(0, -4),
  Buffer.from(`me:${password}`).toString('base64').slice(8, -4),
  password.toUpperCase(),
  password.replaceAll('3', '33'),
  createHash('sha256').update(password).digest('hex'),
  createHash('sha256').update(`${nested}-private`).digest('hex'),
];

const playbook = `
- hosts: all
  vars_files: [secret.yml]
  tasks:
    - { name: "named {{ password }}", debug: { msg: "{{ password }}" } }
    - { name: items, debug: { msg: "{{ item }}" }, loop: ["{{ password }}", "x{{ quoted }}y"] }
    - { name: maps, debug: { var: settings } }
    - { name: label, debug: { msg: x }, loop: [1], loop_control: { label: "{{ key }}" } }
    - { name: line, copy: { dest: "{{ playbook_dir }}/app.conf", content: "user = me\\npassword = {{ password }}\\n" }, notify: told }
    - { name: whole, copy: { dest: "{{ playbook_dir }}/key.out", src: key } }
    - { name: template, template: { dest: "{{ playbook_dir }}/rendered", src: plain.hbs } }
    - { name: in base64, debug: { msg: "{{ b64encode password }} {{ b64encode login }}" }, vars: { login: "me:{{ password }}" } }
    - { name: in JSON, debug: { msg: "{{ toJson settings }}" } }
    - { name: made, debug: { msg: "{{ upper password }} {{ replace password '3' '33' }} {{ hash password }} {{ toJson (split password '-') }}" } }
    - { name: made in an expression, debug: { msg: !cel "hash(password) + password.split('-')[0]" } }
    - { name: private, copy: { dest: "{{ playbook_dir }}/private", content: "{{ settings.password }}-private", mode: "0600" }, register: private }
    - { name: digest, debug: { var: private } }
    - { name: fact, set_fact: { derived: "<{{ password }}>" } }
    - { name: derived, debug: { var: derived } }
    - { name: command, command: { argv: [sh, -c, "echo $1; echo $2 >&2; exit 3", sh, "{{ password }}", "{{ quoted }}"] }, ignore_errors: true }
    - { name: shell, shell: "false '{{ password }}'", ignore_errors: true }
    - { name: assertion, assert: { that: ["password == 'x'"], fail_msg: "it is {{ password }}" }, ignore_errors: true }
    - { name: undefined, debug: { msg: "{{ settings.nothing }}" }, ignore_errors: true }
    - { name: failing, fail: { msg: "at last {{ key }} {{ settings.list.[0] }}" } }
  handlers:
    - { name: told, debug: { msg: "{{ password }}" } }
`;

/** What cannot be brought about is shortened in the report: the cut is inside the password. */
const stuck = `
import { defineModule } from 'tsplay/module';
export const stuck = defineModule({
  name: 'stuck',
  summary: 'Never gets there.',
  args: { type: 'object', properties: { line: { type: 'string', description: 'The line.' } }, required: ['line'], additionalProperties: false },
  examples: ['- stuck: { line: x }'],
  check: async ({ line }) => ({ present: null, differences: [{ what: 'line', from: line.replace(/ .*/, ' ${old}-before'), to: line }], after: [] }),
  change: async () => undefined,
});
`;

/** Its check fails where nobody waits for it. */
const stray = stuck
  .replaceAll('stuck', 'stray')
  .replace('async ({ line }) => ({', `async ({ line }) => (Promise.reject(new Error('stray ' + line)), {`);

const strayPlaybook = `
- hosts: all
  tasks:
    - stray: { line: "{{ password }}" }
    - pause: { seconds: 30 }
`;

const stuckPlaybook = `
- hosts: all
  tasks:
    - stuck: { line: "${'x'.repeat(110)} {{ password }}" }
`;

/** What no_log hides is not in the vault, and yet to be seen nowhere. */
const quiet = `
- hosts: all
  vars: { hidden: not-from-the-vault }
  tasks:
    - { name: one, command: "echo {{ hidden }}", no_log: true }
    - { name: each, command: "echo {{ hidden }}{{ item }}", loop: [1], no_log: "{{ eq item 1 }}" }
    - { name: shell, shell: "echo {{ quote quoted }}", async: 20, poll: 1 }
    - { name: open, command: "echo to be seen", no_log: false }
`;

/** Refused: what is wrong is said in the words of an encrypted file. */
const wrong = `
- hosts: all
  vars_files: [secret.yml]
  tasks:
    - import_tasks: tasks.yml
`;

describe('what came from the vault', function () {
  this.timeout(60_000);
  let folder: string;

  async function put(name: string, text: string, encrypted = false): Promise<void> {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    const content = encrypted ? writeEnvelope(await encrypt(Buffer.from(text), Buffer.from('vault password'))) : text;
    writeFileSync(join(folder, name), content);
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-secrets-test-'));
    const inline = writeEnvelope(await encrypt(Buffer.from(quoted), Buffer.from('vault password')));
    await put('vault.password', 'vault password\n');
    await put(
      'hosts.yml',
      `all: { hosts: { a: { ansible_connection: local, quoted: !vault ${JSON.stringify(inline)} } } }\n`,
    );
    await put('group_vars/all.yml', `password: ${password}\nkey: ${JSON.stringify(key)}\n`, true);
    await put('secret.yml', `settings: { user: me, password: ${nested}, list: [${old}] }\n`, true);
    await put('key', key, true);
    await put('plain.hbs', 'a = 1\npassword = {{ password }}\n{{ key }}');
    await put('site.yml', playbook);
    await put('wrong.yml', wrong);
    await put('modules/stuck.ts', stuck);
    await put('stuck.yml', stuckPlaybook);
    await put('modules/stray.ts', stray);
    await put('stray.yml', strayPlaybook);
    await put('quiet.yml', quiet);
    await put(
      'tasks.yml',
      `- debug: { msg: "{{ ${nested.replaceAll('-', '_')} }}" }\n- copy: { dest: ${password}, content: x }\n`,
      true,
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Changes nothing that a run before has made, unless this run is to change it. */
  const run = async (...args: string[]) => {
    if (args.includes('--diff') || args.includes('jsonl')) {
      await put('app.conf', `user = me\npassword = ${old}\n`);
      await put('rendered', `a = 1\npassword = ${old}\nAAAAB3NzaC1yc2EAAA\n`);
      rmSync(join(folder, 'key.out'), { force: true });
    }
    return tsplay([...args, '--vault-password-file', 'vault.password'], {
      cwd: folder,
      env: { XDG_STATE_HOME: join(folder, 'state') },
    });
  };
  const expectNone = (text: string): void => {
    for (const secret of forbidden) expect(text).not.to.include(secret);
  };

  const outputs: [title: string, args: string[], code: number, shown: RegExp][] = [
    ['lines for people', ['run', 'site.yml', '-i', 'hosts.yml', '-vvv', '--diff'], 2, /at last \*{8}/],
    ['lines of a check', ['run', 'site.yml', '-i', 'hosts.yml', '-vvv', '--diff', '--check'], 2, /password = \*{8}/],
    [
      'events',
      ['run', 'site.yml', '-i', 'hosts.yml', '--output', 'jsonl', '--output-file', 'events'],
      2,
      /"item":"x\*{8}y"/,
    ],
    ['diagnostics', ['validate', 'wrong.yml', '-i', 'hosts.yml'], 1, /tasks\.yml:2:/],
    ['diagnostics in JSON', ['validate', 'wrong.yml', '-i', 'hosts.yml', '--output', 'json'], 1, /tasks\.yml/],
    ['diagnostics in SARIF', ['validate', 'wrong.yml', '-i', 'hosts.yml', '--output', 'sarif'], 1, /tasks\.yml/],
    ['the listing of tasks', ['run', 'site.yml', '-i', 'hosts.yml', '--list-tasks', '--list-hosts'], 0, /command/],
    ['the inventory', ['inventory', '-i', 'hosts.yml', '--list'], 0, /"a"/],
    ['the inventory of a host', ['inventory', '-i', 'hosts.yml', '--host', 'a'], 0, /quoted/],
    [
      'the inventory, explained',
      ['inventory', '-i', 'hosts.yml', '--explain', 'password', 'a'],
      0,
      /group_vars\/all\.yml/,
    ],
  ];
  for (const [title, args, code, shown] of outputs)
    it(`is not seen in ${title}`, async () => {
      const ended = await run(...args);
      expectNone(ended.stdout);
      expectNone(ended.stderr);
      expect(ended.stdout + ended.stderr).to.match(shown);
      expect(ended.code).to.equal(code);
    });

  it('is not seen in files that a run leaves', () => {
    mkdirSync(join(folder, 'state'), { recursive: true });
    const state = readdirSync(join(folder, 'state'), { recursive: true, encoding: 'utf8' }).map((f) => `state/${f}`);
    const kept = ['events', ...state].filter((name) => statSync(join(folder, name)).isFile());
    for (const name of kept) expectNone(readFileSync(join(folder, name), 'utf8'));
  });

  it('is not seen in part, where a failure is shortened', async () => {
    const { stdout, code } = await run('run', 'stuck.yml', '-i', 'hosts.yml');
    expect(stdout).to.match(/not as asked: line is 'x+ \*{8}.*, not 'x+ \*{8}'/);
    for (const part of [password, old]) expect(stdout).not.to.include(part.slice(0, 5));
    expect(code).to.equal(2);
  });

  it('is not seen where a module throws what nobody catches, which ends the run as a bug', async () => {
    const { stdout, stderr, code } = await run('run', 'stray.yml', '-i', 'hosts.yml');
    expectNone(stdout);
    expectNone(stderr);
    expect(stderr).to.match(/^error: this is a bug in tsplay or a module.*\nError: stray \*{8}\n.*stray\.ts:/);
    expect(code).to.equal(70);
  });

  it('leaves numbers in JSON what JSON can hold', async () => {
    await put('pin.yml', 'pin: 8443\n', true);
    const { stdout } = await run('inventory', '-i', 'hosts.yml', '--host', 'a', '-e', '@pin.yml');
    expect(JSON.parse(stdout)).to.include({ pin: '********' });
  });

  it('arrives on the host all the same', () => {
    expect(readFileSync(join(folder, 'rendered'), 'utf8')).to.equal(`a = 1\npassword = ${password}\n${key}`);
  });

  it('is in the argument list of no process while tasks use it', async () => {
    const scan = 'test "$PW" || exit 8; if printf %s "$PW" | grep -qsaF -f - /proc/[0-9]*/cmdline; then exit 9; fi';
    const tasks = `- hosts: all\n  tasks:\n    - { shell: ${JSON.stringify(scan)}, environment: { PW: "{{ password }}" } }\n`;
    await put('argv.yml', tasks);
    const { stdout, code } = await run('run', 'argv.yml', '-i', 'hosts.yml', '--output', 'jsonl');
    expect(code, stdout).to.equal(0);
  });

  it('is in the environment of no process, unless the task puts it there', async () => {
    const scan = 'secret=$(cat); test "$secret" || exit 8; ! grep -qsaF -- "$secret" /proc/[0-9]*/environ';
    const tasks = `- hosts: all
  tasks:
    - { copy: { content: "{{ password }}", dest: "${folder}/environ-x" } }
    - { shell: { cmd: ${JSON.stringify(scan)}, stdin: "{{ password }}" } }
    - { shell: 'env | grep -q ^PW=', environment: { PW: "{{ password }}" } }
`;
    await put('environ.yml', tasks);
    const { stdout, code } = await run('run', 'environ.yml', '-i', 'hosts.yml', '--output', 'jsonl');
    expect(code, stdout).to.equal(0);
  });

  it('is not seen in the scripts that -vvv shows, nor is what no_log hides', async () => {
    const { stdout, code } = await run('run', 'quiet.yml', '-i', 'hosts.yml', '-vvv');
    expect(code).to.equal(0);
    expect(stdout).not.to.include('not-from-the-vault');
    expect(stdout).not.to.match(/it'[\\']+s/);
    expect(stdout).to.include('$ hidden by no_log').and.include('$ exec echo to be seen');
  });
});
