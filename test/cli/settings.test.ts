import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { Option } from 'commander';
import { readProject, withSettings } from '../../engine/cli/settings/project.ts';
import { environmentName, type Setting, settings } from '../../engine/cli/settings/table.ts';
import { InvalidInput } from '../../engine/source/diagnostic.ts';
import { tableBelow } from '../docs.ts';
import { tsplay } from './command.ts';

/** A value of each kind as YAML and as text, and what commands receive; `/p` is the project's folder. */
const samples: Readonly<Record<string, readonly [yaml: string, text: string, value: unknown]>> = {
  text: ['deploy', 'deploy', 'deploy'],
  flag: ['true', 'yes', true],
  number: ['7', '7', '7'],
  list: ['[a, b]', 'a, b', ['a', 'b']],
  path: ['keys/id', 'keys/id', '/p/keys/id'],
  paths: ['[shared, /r]', 'shared:/r', ['/p/shared', '/r']],
  sources: ['hosts.yml', 'hosts.yml', ['/p/hosts.yml']],
  labels: ['[a@pw, b@prompt]', 'a@pw,b@prompt', ['a@/p/pw', 'b@prompt']],
};

const sampleOf = ({ kind, choices }: Setting) =>
  choices ? ([choices[0]!, choices[0]!, choices[0]] as const) : samples[kind]!;

describe("the project's settings", function () {
  this.timeout(120_000);
  let folder: string;
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const run = (args: string[], env: Record<string, string> = {}) =>
    tsplay(args, { cwd: folder, env: { XDG_STATE_HOME: join(folder, 'state'), ...env } });
  const inFolder = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('/p/', `${folder}/`));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-settings-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const setting of settings) {
    const { name } = setting;
    it(`${name}: from tsplay.yml, over it from the environment`, () => {
      const [yaml, text, value] = sampleOf(setting);
      const playbook = write('site.yml', '');
      write('tsplay.yml', `\n${name}: ${yaml}\n`);
      const fromFile = readProject(playbook).held.get(name)!;
      expect(fromFile.value).to.deep.equal(inFolder(value));
      expect(fromFile.from).to.equal(`${folder}/tsplay.yml:2`);
      const variable = environmentName(setting);
      const before = process.env[variable];
      process.env[variable] = text;
      try {
        const held = readProject(playbook).held.get(name)!;
        expect(held.from).to.equal(variable);
        if (!JSON.stringify(value).includes('/p/')) expect(held.value).to.deep.equal(value);
      } finally {
        if (before === undefined) delete process.env[variable];
        else process.env[variable] = before;
      }
    });

    for (const [section, key] of setting.ansible ?? [])
      it(`${name}: from [${section}] ${key} of ansible.cfg`, () => {
        const [, text, value] = sampleOf(setting);
        const playbook = write('site.yml', '');
        write('ansible.cfg', `[other]\n${key} = nonsense\n[${section}]\n${key} = ${text} ; why\n`);
        const { held, ignored } = readProject(playbook);
        expect(held.get(name)?.value).to.deep.equal(inFolder(value));
        expect(ignored).to.deep.equal([{ key: `other.${key}`, from: `${folder}/ansible.cfg:2` }]);
      });

    it(`${name}: what it does not accept is told with its place`, () => {
      const playbook = write('site.yml', '');
      for (const wrong of setting.kind === 'flag' ? ['"yes"', '1', '[true]', '~'] : ['{ a: 1 }', '[[]]', '~', '""']) {
        write('tsplay.yml', `${name}: ${wrong}\n`);
        expect(() => readProject(playbook), wrong).to.throw(InvalidInput, `'${name}' must `);
      }
    });
  }

  it('of the vault are all off where the command line gives one of them', () => {
    write('tsplay.yml', 'vault_ids: [a@pw]\nask_vault_pass: true\nforks: 3\n');
    const { held } = readProject(join(folder, 'site.yml'));
    const command = (given: string) => ({
      options: ['vaultId', 'vaultPasswordFile', 'askVaultPass', 'forks'].map(
        (name) => ({ attributeName: () => name }) as Option,
      ),
      getOptionValueSource: (name: string) => (name === given ? 'cli' : undefined),
    });
    expect(withSettings({}, command('forks'), held)).to.have.keys('vaultId', 'askVaultPass');
    const { forks, ...none } = withSettings({ forks: '1' }, command('vaultPasswordFile'), held);
    expect([forks, none]).to.deep.equal(['3', {}]);
  });

  it('are those that the documentation lists', () => {
    const code = (word: string) => `\`${word}\``;
    expect(tableBelow('docs/settings.md', 'The settings')).to.deep.equal(
      settings.map((s) => [code(s.name), code(environmentName(s)), s.about]),
    );
    expect(tableBelow('docs/settings.md', 'ansible.cfg')).to.deep.equal(
      settings.flatMap(({ name, ansible = [] }) => ansible.map(([s, k]) => [code(`[${s}] ${k}`), code(name)])),
    );
  });

  it('stand under the options of the command line', async () => {
    write('hosts.yml', 'web: { hosts: { a: { ansible_connection: local } } }\n');
    write('other.yml', 'web: { hosts: { b: { ansible_connection: local } } }\n');
    write('tsplay.yml', 'inventory: hosts.yml\ntags: [one]\noutput: jsonl\n');
    write(
      'books/site.yml',
      '- hosts: web\n  gather_facts: false\n  tasks: [{ debug: { msg: m1 }, tags: one }, { debug: { msg: m2 }, tags: two }]\n',
    );
    const plain = await run(['run', 'books/site.yml']);
    expect([plain.code, plain.stderr]).to.deep.equal([0, '']);
    expect(plain.stdout).to.match(/^\{/).and.to.contain('"a"').and.to.contain('m1').and.not.to.contain('m2');
    const given = await run(['run', 'books/site.yml', '-i', 'other.yml', '-t', 'two', '--output', 'human', '-v']);
    expect(given.stdout).to.contain('m2').and.to.contain('b').and.not.to.contain('m1');
    expect((await run(['validate', 'books/site.yml'])).stdout).to.contain('1 host');
    expect((await run(['inventory', '--graph'])).stdout).to.contain('a');
    expect((await run(['inventory', '--graph'], { TSPLAY_INVENTORY: 'other.yml' })).stdout).to.contain('b');
    expect((await run(['handlers'])).stdout).to.equal('no handlers are pending\n');
  });

  it('name roles elsewhere, with their modules', async () => {
    write('tsplay.yml', 'roles_path: shared\n');
    write('shared/hello/tasks/main.yml', '- greet: { name: you }\n- debug: { msg: from the role }\n');
    write(
      'shared/hello/modules/greet.ts',
      `import { defineModule } from 'tsplay/module';
export const greet = defineModule({
  name: 'greet', summary: 'Greets', args: { type: 'object', properties: { name: { type: 'string', description: 'who' } }, additionalProperties: false },
  examples: [], check: async () => ({ present: undefined, differences: [] }),
});
`,
    );
    const site = write('site.yml', '- hosts: localhost\n  gather_facts: false\n  roles: [hello]\n');
    const result = await run(['run', site, '-v']);
    expect([result.code, result.stderr]).to.deep.equal([0, '']);
    expect(result.stdout).to.contain('from the role');
  });

  it('a play for localhost needs no inventory, others do', async () => {
    write('local.yml', '- hosts: localhost\n  gather_facts: false\n  tasks: [{ debug: { msg: here } }]\n');
    expect((await run(['run', 'local.yml'])).code).to.equal(0);
    for (const hosts of ['all', 'web', 'localhost:web', '"*"']) {
      write('site.yml', `- hosts: ${hosts}\n  gather_facts: false\n  tasks: [{ debug: { msg: here } }]\n`);
      const result = await run(['run', 'site.yml']);
      expect([hosts, result.code]).to.deep.equal([hosts, 1]);
      expect(result.stderr).to.contain('No host was touched');
    }
  });

  it('config shows each with its place, and what of ansible.cfg has no effect', async () => {
    write('ansible.cfg', '[defaults]\nforks = 9\nhost_key_checking = False\n');
    const { stdout } = await run(['config']);
    expect(stdout)
      .to.match(/forks +9 +ansible\.cfg:2/)
      .and.to.match(/No effect.*\n +defaults.host_key_checking +ansible\.cfg:3/);
    const json = JSON.parse((await run(['config', '--output', 'json'], { TSPLAY_FORKS: '3' })).stdout);
    expect(json.settings.find(({ name }: Setting) => name === 'forks')).to.include({
      value: '3',
      from: 'TSPLAY_FORKS',
    });
  });

  it('what is wrong with the file is told before anything else', async () => {
    write('site.yml', '- hosts: localhost\n  tasks: []\n');
    for (const [text, said] of [
      ['fork: 3\n', /unknown-setting.*\n.*tsplay.yml:1:1[^]*did you mean 'forks'/],
      ['- forks: 3\n', /must be a map of settings/],
      ['forks: [\n', /yaml-syntax/],
      ['forks: none\n', /setting-value/],
    ] as const) {
      write('tsplay.yml', text);
      const result = await run(['run', 'site.yml']);
      expect(result.code, text).to.equal(1);
      expect(result.stderr).to.match(said);
    }
    rmSync(join(folder, 'tsplay.yml'));
    expect((await run(['run', 'site.yml'], { TSPLAY_FORKS: 'x' })).stderr).to.contain(
      'TSPLAY_FORKS must be a whole number',
    );
    const file = write('tsplay.yml', 'forks: 3\n');
    chmodSync(file, 0o666);
    expect((await run(['run', 'site.yml'])).stderr).to.contain('everybody can write it');
    chmodSync(file, 0o644);
    chmodSync(folder, 0o777);
    expect((await run(['run', 'site.yml'])).stderr).to.contain('everybody can write its folder');
  });
});
