import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventsIn } from './events.ts';
import { Project } from './planned.ts';

const playbook = `- name: play
  hosts: all
  vars: { dir: DIR/out }
  tasks:
    - name: write
      copy: { content: "one\\ntwo {{ word }}\\n", dest: '{{ dir }}/{{ inventory_hostname }}' }
    - name: the same
      copy: { content: "same\\n", dest: '{{ dir }}/same' }
      notify: tell
    - name: ask
      command: cat /proc/uptime
      register: said
    - name: rests on it
      assert: { that: said.rc == 0 }
    - name: broken
      fail: { msg: as asked }
      when: word == 'broken'
  handlers:
    - name: tell
      copy: { content: told, dest: '{{ dir }}/told' }
      run_once: true
`;
const inventory = 'all:\n  vars: { ansible_connection: local }\n  hosts: { a: {}, b: {} }\n';

describe('tsplay plan', function () {
  this.timeout(60_000);
  let project: Project;
  before(() => {
    project = new Project({ playbook, inventory, files: { 'out/there': '' } });
  });
  after(() => project.remove());

  it('shows a person the whole change, what is equal together, and what to type next', async () => {
    const { code, stdout, stderr } = await project.plan('-e', 'word=x');
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout.replaceAll(project.folder, 'DIR').split('\n')).to.deep.equal([
      'a  4 to change, 1 unknown',
      'b  3 to change, 1 unknown',
      '',
      '± write',
      '    a',
      '      --- content of DIR/out/a (now)',
      '      +++ content of DIR/out/a (then)',
      '      @@ -0,0 +1,2 @@',
      '      +one',
      '      +two x',
      '    b',
      '      --- content of DIR/out/b (now)',
      '      +++ content of DIR/out/b (then)',
      '      @@ -0,0 +1,2 @@',
      '      +one',
      '      +two x',
      '± the same',
      '    the same on all 2 hosts',
      '      --- content of DIR/out/same (now)',
      '      +++ content of DIR/out/same (then)',
      '      @@ -0,0 +1,1 @@',
      '      +same',
      '± ask',
      '    the same on all 2 hosts',
      '      command: + cat /proc/uptime',
      '? rests on it',
      "    the same on all 2 hosts: unknown until 'ask' has run",
      '± tell (handler)',
      '    a',
      '      content of DIR/out/told: + told',
      '',
      'Next: tsplay apply plan.json -e … (the same as here)',
      '',
    ]);
  });

  it('writes a file for its owner alone, also over one that others may read', async () => {
    project.write('plan.json', '');
    expect((await project.plan('-e', 'word=x')).code).to.equal(0);
    expect(statSync(join(project.folder, 'plan.json')).mode & 0o777).to.equal(0o600);
  });

  for (const [args, code, end] of [
    [['--detailed-exitcode'], 3, 'Next: tsplay apply plan.json'],
    [['-e', 'word=broken', '--detailed-exitcode'], 2, 'Some steps would fail: fix them, then plan again.'],
    [['-i', 'dead.yml', '-l', 'dead'], 4, 'Some steps would fail'],
    [['-l', 'nobody'], 1, ''],
  ] as const)
    it(`ends with ${code}: ${args.join(' ')}`, async () => {
      project.write(
        'dead.yml',
        'dead: { hosts: { dead: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_connection: ssh } } }\n',
      );
      const ended = await project.plan('-e', 'word=x', ...args);
      expect([ended.code, ended.stdout]).to.satisfy(([c, text]: [number, string]) => c === code && text.includes(end));
    });

  it('reports programs the events of a run in check mode', async () => {
    const { stdout } = await project.plan('-e', 'word=x', '--output', 'jsonl');
    const events = eventsIn(stdout);
    expect(events[0]).to.deep.include({ event: 'run-start', check: true });
    expect(events.at(-1)).to.deep.include({ event: 'recap', exit: 0 });
  });

  it('has nothing to say where nothing would change', async () => {
    const { code, stdout } = await project.run(
      'plan',
      'site.yml',
      '-i',
      'hosts.yml',
      '-e',
      'word=x',
      '--start-at-task',
      'broken',
      '--detailed-exitcode',
    );
    expect([code, stdout]).to.deep.equal([0, 'a, b  nothing to change\n\nNothing to change.\n']);
  });

  it('says at once where the file cannot be', async () => {
    const { code, stderr } = await project.plan('-o', 'nowhere/plan.json');
    expect([code, stderr]).to.deep.equal([1, 'error: --out nowhere/plan.json: there is no folder nowhere\n']);
  });
});

describe('a plan file', function () {
  this.timeout(60_000);

  it('holds no secret, no value of -e, and of no_log only counts', async () => {
    const project = new Project({
      playbook: `- hosts: a
  vars_prompt: [{ name: asked, default: prompted-value }]
  vars_files: [secret.yml]
  tasks:
    - name: private
      copy: { content: '4711', dest: DIR/pin, mode: '0600' }
    - name: quiet
      copy: { content: hidden-content, dest: DIR/hidden-path }
      no_log: true
    - name: shown
      copy: { content: "token={{ token }}\\nextra={{ given }} {{ asked }}\\n", dest: DIR/conf }
    - name: asked
      command: test -n {{ token }}
`,
      vault: { default: 'the-vault-password' },
      files: { 'plain.yml': 'token: vaulted-value\n' },
      inventory,
    });
    const vault = ['--vault-password-file', 'vault-default.password'];
    await project.run('vault', 'encrypt', 'plain.yml', '--output', 'secret.yml', ...vault);
    const given = [...vault, '-e', 'given=given-value'];
    expect((await project.plan(...given)).code).to.equal(0);
    const text = project.read('plan.json');
    for (const secret of ['vaulted-value', 'hidden-content', 'hidden-path', 'prompted-value', 'the-vault-password'])
      expect(text, secret).not.to.contain(secret);
    // A digest that anyone can make would tell what it is of.
    const { createHash } = await import('node:crypto');
    for (const guess of ['4711', 'hidden-content', 'vaulted-value', 'given-value', '"4711"'])
      for (const algorithm of ['sha256', 'sha1', 'md5'])
        expect(text).not.to.contain(createHash(algorithm).update(guess).digest('hex').slice(0, 40));
    const { hosts, key, options } = JSON.parse(text) as {
      hosts: Record<string, { steps: { task: string; hidden?: number; differences?: unknown }[] }>;
      key: { from: string };
      options: object;
    };
    expect(key.from).to.equal('vault');
    expect(options).to.have.keys(['inventory', 'forks']);
    const [first, quiet] = hosts['a']!.steps;
    expect(first!.differences).to.deep.equal([
      { what: `content of ${project.folder}/pin`, from: null, to: 'not shown (mode 0600): 4 bytes' },
    ]);
    expect(quiet).to.deep.include({ task: 'quiet', hidden: 1 }).and.not.have.keys(['differences', 'message']);
    const refused = async (...args: string[]) => (await project.apply(...args)).stderr;
    expect(await refused('-e', 'given=given-value')).to.contain(
      'it was made with a vault password: give it again'.slice(7),
    );
    project.write('other.password', 'another');
    expect(await refused('--vault-password-file', 'other.password')).to.contain(
      'the vault passwords are not those that the plan was made with',
    );
    const applied = await project.apply(...given);
    expect([applied.code, project.read('pin')]).to.deep.equal([0, '4711']);
    expect(applied.stdout).not.to.contain('vaulted-value');
    project.remove();
  });
});
