import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { trace } from '../run/trace.ts';

describe('folders that are made one in the other', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-folders-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are there only once all have their modes: a run may die at any time', async () => {
    const [top, seen, chmod] = ['top', 'seen', 'chmod'].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(
      chmod,
      `#!/bin/sh\n[ -e ${top} ] && echo early >> ${seen} || echo yet >> ${seen}\nexec /bin/chmod "$@"\n`,
    );
    chmodSync(chmod, 0o755);
    const { lines } = await trace({
      playbook: `- hosts: a
  gather_facts: false
  environment: { PATH: '${folder}:/usr/bin:/bin' }
  tasks:
    - { name: folders, file: { path: ${top}/in/inner, state: directory, mode: '0750' } }
`,
      limit: 'a',
    });
    expect(lines).to.deep.equal(['a changed folders']);
    expect([...new Set(readFileSync(seen, 'utf8').trim().split('\n'))]).to.deep.equal(['yet']);
    for (const path of [top, join(top, 'in'), join(top, 'in/inner')])
      expect((statSync(path).mode & 0o7777).toString(8), path).to.equal('750');
    expect(existsSync(join(folder, '.tsplay'))).to.equal(false);
  });
});
