import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { prepare } from '../engine/run/prepare.ts';
import { formatDiagnostic, InvalidInput } from '../engine/source/diagnostic.ts';
import { modules } from '../modules/index.ts';
import { example } from './package/example.ts';
import { readmeUnits } from './readme-units.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The text of the code block of this kind that holds `mark`. */
function block(kind: string, mark: string): string {
  const found = [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)].find(
    ([, k, text]) => k === kind && text!.includes(mark),
  );
  expect(found, `the README has a block of ${kind} with ${mark}`).not.to.equal(undefined);
  return found![2]!;
}

describe('the README', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-readme-'));
    mkdirSync(join(folder, 'templates'));
    writeFileSync(join(folder, 'templates/site.conf.hbs'), 'listen {{ port }};\n');
    writeFileSync(join(folder, 'hosts.yml'), block('yaml', 'ansible_host'));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function wrongIn(playbook: string): Promise<string> {
    writeFileSync(join(folder, 'site.yml'), playbook);
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
        playbooks: [join(folder, 'site.yml')],
        inventories: [join(folder, 'hosts.yml')],
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
    }
  }

  it('shows a playbook that is right', async () => {
    expect(await wrongIn(block('yaml', 'A small web server'))).to.equal('');
  });

  it('shows the report of a wrong one as it is', async () => {
    const wrong = block('yaml', 'A small web server').replace('        name: nginx-light', '        nmae: nginx-light');
    expect(await wrongIn(wrong)).to.contain(block('', 'nmae').trim());
  });

  it('names every module', () => {
    expect(modules.map((m) => m.name).filter((name) => !readme.includes(`\`${name}\``))).to.deep.equal([]);
  });

  for (const [file, text] of Object.entries(example))
    it(`shows ${file} as the package's test runs it`, () => expect(readme).to.contain(text));
});

describe("the README's units for systemd", () => {
  const units = readmeUnits();

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
