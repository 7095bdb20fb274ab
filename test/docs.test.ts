import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import { connectionVariables } from '../engine/editor/inventory.ts';
import { magicNames } from '../engine/playbook/magic.ts';
import { prepare } from '../engine/run/prepare.ts';
import { codes } from '../engine/source/codes.ts';
import { formatDiagnostic, InvalidInput } from '../engine/source/diagnostic.ts';
import { modules } from '../modules/index.ts';
import { tsplay } from './cli/command.ts';
import { type Block, blocksOf, pages, systemdUnits, tableBelow, textOf } from './docs.ts';
import { example } from './package/example.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const guides = pages.filter((page) => page.startsWith('docs/'));

/** What the examples refer to and do not show. */
const around: Readonly<Record<string, string>> = {
  'templates/site.conf.hbs': 'listen {{ port }};\n',
  'roles/site/tasks/main.yml': '- debug: { var: site_pages }\n',
  'debian.yml': '- debug: { msg: x }\n',
};
const inventory = `web: { hosts: { web1: { ansible_host: 192.0.2.10 }, web2: { ansible_host: 192.0.2.11 } } }
db: { hosts: { db1: { ansible_host: 192.0.2.20 } } }
`;

/** A folder with an inventory and a playbook, as a reader of an example has them. */
class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'tsplay-docs-'));

  write(files: Readonly<Record<string, string>>): this {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), text);
    }
    return this;
  }

  /** All that is wrong, warnings left out; empty where nothing is. */
  async problems(inventories = ['hosts.yml']): Promise<string> {
    const options = {
      check: false,
      forks: 5,
      forceHandlers: false,
      tags: [],
      skipTags: [],
      become: false,
      timeoutSeconds: 10,
    };
    try {
      await prepare({
        playbooks: [join(this.folder, 'site.yml')],
        inventories: inventories.map((name) => join(this.folder, name)),
        extra: new Map(),
        modules: new Map(modules.map((m) => [m.name, m])),
        options,
      });
      return '';
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      return error.diagnostics
        .map((d) => formatDiagnostic(d))
        .join('\n')
        .replaceAll(/\S*site\.yml/g, 'site.yml');
    } finally {
      rmSync(this.folder, { recursive: true });
    }
  }
}

/** A playbook, a list of tasks or an inventory, by its shape. */
function problemsIn(text: string): Promise<string> {
  // A tag of the engine's own gives a value: its shape is all that counts here.
  const value = parse(text, { logLevel: 'silent' }) as unknown;
  const isPlay = (item: object): boolean => 'hosts' in item || 'import_playbook' in item;
  const files = Array.isArray(value)
    ? { 'hosts.yml': inventory, 'site.yml': value.some(isPlay) ? text : `- hosts: web\n  tasks:\n${indented(text)}` }
    : { 'hosts.yml': text, 'site.yml': '- hosts: all\n  tasks: [{ ping: }]\n' };
  return new Project().write({ ...around, ...files }).problems();
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ');
}

function block(page: string, language: string, mark: string): string {
  const found = blocksOf(page).find((b) => b.language === language && b.text.includes(mark));
  expect(found, `${page} has a block of ${language} with ${mark}`).not.to.equal(undefined);
  return found!.text;
}

describe('the documentation', function () {
  this.timeout(60_000);

  it('begins with a README of at most 200 lines', () => {
    expect(textOf('README.md').split('\n').length).to.be.at.most(201);
  });

  it('names every page in the README', () => {
    expect(guides.filter((page) => !textOf('README.md').includes(`](${page})`))).to.deep.equal([]);
  });

  for (const page of pages)
    for (const { language, text, line, path } of blocksOf(page))
      if (language === 'yaml' && path === undefined)
        it(`${page}:${line} is right`, async () => expect(await problemsIn(text)).to.equal(''));

  it('shows the report of a wrong playbook as it is', async () => {
    const right = block('README.md', 'yaml', 'A small web server');
    const files = { 'hosts.yml': inventory, 'site.yml': right.replace('        name: nginx', '        nmae: nginx') };
    const report = await new Project().write({ ...around, ...files }).problems();
    expect(report).to.contain(block('README.md', '', 'nmae').trim());
  });

  it('has a tour whose playbook is right', async () => {
    const project = new Project();
    cpSync(join(root, 'playbooks/starter'), project.folder, { recursive: true });
    rmSync(join(project.folder, 'inventory'), { recursive: true });
    const files = blocksOf('docs/getting-started.md').filter(({ path }) => path !== undefined);
    project.write(Object.fromEntries(files.map(({ path, text }) => [path!, text])));
    project.write({ 'inventory/group_vars/lb.yml': 'statistics_password: x\n' });
    expect(await project.problems(['inventory'])).to.equal('');
  });

  for (const [file, text] of Object.entries(example))
    it(`shows ${file} as the package's test runs it`, () =>
      expect(guides.filter((page) => textOf(page).includes(text))).to.have.length(1));
});

describe('the links of the documentation', () => {
  /** The anchor that GitHub makes of a heading. */
  const anchorOf = (heading: string): string =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
  const anchorsOf = (page: string): readonly string[] =>
    [
      ...textOf(page)
        .replaceAll(/^```.*?^```$/gms, '')
        .matchAll(/^#+ (.*)$/gm),
    ].map(([, heading]) => anchorOf(heading!));

  for (const page of pages)
    it(`of ${page} lead somewhere`, () => {
      const targets = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
      const broken = targets.filter((target) => {
        if (target.startsWith('https:')) return false;
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(root, file))) return true;
        return anchor !== undefined && !anchorsOf(file).includes(anchor);
      });
      expect(broken).to.deep.equal([]);
    });
});

describe('the commands of the documentation', function () {
  this.timeout(120_000);
  /** Words with which a command begins that a fresh machine has. */
  const usual = new Set('cd ln git npm npx node head sed mv echo export source umask base64 tr for'.split(' '));
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const helps = new Map<string, Promise<string>>();
  const help = (words: readonly string[]): Promise<string> => {
    const key = words.join(' ');
    const known = helps.get(key) ?? tsplay([...words, '--help']).then(({ stdout }) => stdout);
    helps.set(key, known);
    return known;
  };

  /** Each command of a script, without comments, as words; what joins two commands parts them. */
  const commandsIn = (script: string): readonly (readonly string[])[] =>
    script
      .replaceAll(/\\\n\s*/g, '')
      .replaceAll(/'[^']*'|"[^"]*"/g, 'text')
      .replaceAll(/(^|\s)#.*$/gm, '')
      .split(/\n|\|\|?|&&|;|[()]/)
      .map((command) => command.trim().split(/\s+/))
      .filter(([first]) => first !== '');

  const written = (page: string): readonly string[] => [
    ...blocksOf(page)
      .filter(({ language, text }: Block) => language === 'sh' || (language === '' && /^(npx )?tsplay /.test(text)))
      .map(({ text }) => text),
    ...[...textOf(page).matchAll(/`((?:npx )?tsplay [a-z][^`]*|npm run [^`]*)`/g)].map(([, text]) => text!),
  ];

  for (const page of pages)
    it(`of ${page} exist`, async () => {
      const wrong: string[] = [];
      for (const [first = '', ...rest] of written(page).flatMap(commandsIn)) {
        const words = [first, ...rest].join(' ');
        const args =
          first === 'tsplay' ? rest : /^npx tsplay|^node dist\/tsplay.js/.test(words) ? rest.slice(1) : undefined;
        if (first === 'npm' && rest[0] === 'run' && !Object.hasOwn(scripts, rest[1]!)) wrong.push(words);
        if (args === undefined) {
          if (!usual.has(first)) wrong.push(words);
          continue;
        }
        if (args[0]?.startsWith('-') || args[0] === undefined) continue;
        // `vault encrypt|decrypt FILE…` names several at once.
        const inside = args[0] === 'vault' && /^[a-z-]+$/.test(args[1] ?? '') ? args.slice(0, 2) : args.slice(0, 1);
        const usage = await help(inside);
        if (!usage.startsWith(`Usage: tsplay ${inside.join(' ')}`)) wrong.push(words);
        const options = args.filter((arg) => /^--?[a-zA-Z]/.test(arg) && !/^-v+$/.test(arg));
        for (const option of options)
          if (!new RegExp(`(?<![\\w-])${option.split('=')[0]}(?![\\w-])`).test(usage))
            wrong.push(`${words}: ${option}`);
      }
      expect(wrong).to.deep.equal([]);
    });
});

describe('what the documentation lists', () => {
  const named = (page: string, heading: string): readonly string[] =>
    tableBelow(page, heading).flatMap(([cell]) => [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));

  it('every module', () => {
    const table = tableBelow('docs/playbooks.md', 'Modules').flat().join(' ');
    expect(modules.map((m) => m.name).filter((name) => !table.includes(`\`${name}\``))).to.deep.equal([]);
  });

  it('every magic variable', () => {
    expect([...named('docs/playbooks.md', 'Magic variables')].sort()).to.deep.equal([...magicNames].sort());
  });

  it('every connection variable', () => {
    const names = Object.keys(connectionVariables);
    expect([...named('docs/connections.md', 'Connection variables')].sort()).to.deep.equal(names.sort());
  });

  it('codes of diagnostics that exist', () => {
    const listed = named('docs/troubleshooting.md', 'Before a run');
    expect(listed.length).to.be.above(10);
    expect(listed.filter((code) => !Object.hasOwn(codes, code))).to.deep.equal([]);
  });

  const vars = {
    a: 1,
    name: 'n',
    names: ['web1'],
    enabled: true,
    text: '7',
    conf: { port: 1, size: 2, n: 3 },
  };
  const cell = (text: string): string => text.replace(/^`(.*)`$/, '$1');

  it('conditions that are CEL', async () => {
    const rows = tableBelow('docs/ansible.md', 'Translating conditions').map(([, mine]) => cell(mine!));
    expect(rows.length).to.be.above(10);
    const tasks = [
      { command: 'true', register: 'result' },
      ...rows.map((when, i) => ({ name: `${i}`, debug: { msg: 'x' }, when })),
    ];
    const files = { 'hosts.yml': inventory, 'site.yml': JSON.stringify([{ hosts: 'web', vars, tasks }]) };
    expect(await new Project().write(files).problems()).to.equal('');
  });

  it('templates that are Handlebars', async () => {
    const rows = tableBelow('docs/ansible.md', 'Translating templates').map(([, mine]) => cell(mine!));
    expect(rows.length).to.be.above(10);
    const tasks = rows.map((text, i) => ({ name: `${i}`, debug: { msg: `text ${text}` } }));
    const files = { 'hosts.yml': inventory, 'site.yml': JSON.stringify([{ hosts: 'web', vars, tasks }]) };
    expect(await new Project().write(files).problems()).to.equal('');
  });
});

describe('the units for systemd', () => {
  const units = systemdUnits();

  it('are those of a nightly job', () => {
    expect(units.map(([name]) => name)).to.deep.equal([
      'tsplay-drift.service',
      'tsplay-drift.timer',
      'tsplay-drift-report.service',
    ]);
  });

  it('are right, as systemd sees it', function () {
    this.timeout(20_000);
    if (spawnSync('systemd-analyze', ['--version']).status !== 0) this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'tsplay-units-'));
    // The command may be anywhere, or nowhere yet.
    for (const [name, text] of units)
      writeFileSync(join(folder, name), text.replace('/usr/local/bin/tsplay', process.execPath));
    const { status, stderr } = spawnSync('systemd-analyze', [
      'verify',
      '--man=no',
      '--recursive-errors=no',
      ...units.map(([name]) => join(folder, name)),
    ]);
    rmSync(folder, { recursive: true });
    expect([status, stderr.toString()]).to.deep.equal([0, '']);
  });
});
