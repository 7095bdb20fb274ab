import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { tsplay } from './command.ts';

const playbook = `- name: Web
  hosts: all
  gather_facts: false
  tasks: [{ name: change, command: 'true', notify: restart web }]
  handlers: [{ name: restart web, command: 'false' }]
`;

describe('tsplay handlers', function () {
  this.timeout(20_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-handlers-'));
    writeFileSync(join(folder, 'site.yml'), playbook);
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => tsplay(args, { cwd: folder, env: { XDG_STATE_HOME: folder } });
  const these = ['site.yml', '-i', 'localhost,'];

  it('lists what the recap of a run has named, until it is forgotten', async () => {
    const nothing = { code: 0, stdout: 'no handlers are pending\n', stderr: '' };
    expect(await run('handlers')).to.deep.equal(nothing);
    const failed = await run('run', ...these);
    expect(failed.code).to.equal(2);
    expect(failed.stdout).to.match(
      /RECAP[^]*Handlers that have not run .*\n {2}localhost: restart web \(play 'Web'\)\n$/,
    );
    const all = await run('handlers');
    expect(all.stdout).to.match(/^\S*site.yml -i localhost,\n {2}localhost: restart web \(play 'Web'\)\n$/);
    expect((await run('handlers', ...these)).stdout).to.contain("\n  localhost: restart web (play 'Web')\n");
    expect(await run('handlers', 'other.yml', '-i', 'localhost,')).to.deep.equal(nothing);
    expect((await run('handlers', ...these, '--forget-handlers')).stdout).to.match(
      /\(forgotten\)\n {2}localhost: restart web/,
    );
    expect(await run('handlers')).to.deep.equal(nothing);
  });

  it('says what it needs', async () => {
    const half = await run('handlers', 'site.yml');
    expect([half.code, half.stderr]).to.deep.equal([
      1,
      'error: name both the playbook and its inventory (-i), or neither to list all that is pending\n',
    ]);
    expect((await run('handlers', '--forget-handlers')).stderr).to.contain('needs the playbook and its inventory');
  });
});
