import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { LanguageServer } from '../editor/language-server.ts';
import { type Ended, root, tsplay } from './command.ts';

describe('tsplay init', function () {
  this.timeout(60_000);
  let above: string;
  let project: string;
  const inProject = (...words: string[]): Promise<Ended> => tsplay(words, { cwd: project });
  const counts = (text: string): readonly string[] => text.match(/^web\d .*$/gm) ?? [];

  before(async () => {
    above = mkdtempSync(join(tmpdir(), 'tsplay-init-'));
    project = join(above, 'first');
    const { code, stdout } = await tsplay(['init', 'first'], { cwd: above });
    expect(stdout).to.match(/^Made a project in first\. Next:\n\n {2}cd first\n/);
    expect(code).to.equal(0);
  });
  after(() => rmSync(above, { recursive: true }));

  it('makes a project without a mistake or a warning', async () => {
    const { code, stdout, stderr } = await inProject('validate', 'site.yml', '-i', 'inventory');
    expect(stderr).to.equal('');
    expect(stdout).to.equal('No errors: 1 play, 2 hosts.\n');
    expect(code).to.equal(0);
  });

  it('that predicts, changes, and has then nothing to change', async () => {
    const run = ['run', 'site.yml', '-i', 'inventory'];
    const predicted = await inProject(...run, '--check');
    expect(existsSync(join(project, 'web1.site'))).to.equal(false);
    const first = await inProject(...run);
    const second = await inProject(...run);
    expect([predicted.code, first.code, second.code]).to.deep.equal([0, 0, 0]);
    for (const line of counts(predicted.stdout)) expect(line).to.include('changed=4');
    for (const line of counts(first.stdout)) expect(line).to.include('changed=4');
    for (const line of counts(second.stdout)) expect(line).to.include('changed=0');
    expect(readFileSync(join(project, 'web1.site', 'index.html'), 'utf8')).to.include('<h1>The first host</h1>');
    expect(readFileSync(join(project, 'web2.site', 'index.html'), 'utf8')).to.include('<h1>Hello</h1>');
    expect(readFileSync(join(project, 'web2.site', 'site.json'), 'utf8')).to.equal('{\n  "release": "1.0"\n}\n');
  });

  it('with a module that the reference and the editor know', async () => {
    const { stdout } = await inProject('doc', 'json_setting');
    expect(stdout).to.include('Sets one key of a JSON file.');
    expect((await inProject('doc')).stdout).to.match(/of this project:\n {2}json_setting {2}Sets/);
    const server = new LanguageServer(project, { validate: true, schemaStore: { enable: false } });
    try {
      await server.start();
      const text = readFileSync(join(project, 'site.yml'), 'utf8');
      expect(await server.problems('site.yml', text)).to.deep.equal([]);
      const [problem] = await server.problems('more.yml', text.replace('key: release', 'kye: release'));
      expect(problem?.message).to.match(/Missing property "key"|Property kye is not allowed/);
    } finally {
      server.stop();
    }
  });

  it('whose module is typed', () => {
    const config = {
      extends: `${root}tsconfig.json`,
      compilerOptions: {
        paths: { 'tsplay/module': [`${root}engine/module/index.ts`] },
        typeRoots: [`${root}node_modules/@types`],
      },
      include: [join(project, 'modules')],
    };
    writeFileSync(join(above, 'tsconfig.json'), JSON.stringify(config));
    writeFileSync(join(above, 'package.json'), '{ "type": "module" }');
    const { status, stdout } = spawnSync(`${root}node_modules/.bin/tsc`, ['-p', above], { encoding: 'utf8' });
    expect(stdout).to.equal('');
    expect(status).to.equal(0);
  });

  it('refuses a folder that holds something', async () => {
    const { code, stderr } = await tsplay(['init', 'first'], { cwd: above });
    expect(stderr).to.equal('error: first is not empty: nothing was written; name a folder that does not exist yet\n');
    expect(code).to.equal(1);
  });
});
