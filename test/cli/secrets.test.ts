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
    await put(
      'tasks.yml',
      `- debug: { msg: "{{ ${nested.replaceAll('-', '_')} }}" }\n- copy: { dest: ${password}, content: x }\n`,
      true,
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Changes nothing that a run before has made, unless this is a run that shall change it. */
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

  it('arrives on the host all the same', () => {
    expect(readFileSync(join(folder, 'rendered'), 'utf8')).to.equal(`a = 1\npassword = ${password}\n${key}`);
  });
});
