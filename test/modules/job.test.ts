import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { jobState, removeJob, startJob } from '../../engine/module/job.ts';

describe('jobs of a host', () => {
  it('run although somebody has taken their folder in /tmp', async () => {
    const home = mkdtempSync(join(tmpdir(), 'tsplay-job-'));
    const id = '1700000000000-0123456789abcdef';
    // The usual place of this user is taken by a file: as good as a folder of somebody else.
    const taken = (script: string): string =>
      script.replace('first=/tmp/tsplay-async-$uid', `first=${home}/taken`).replace('second=/run/', `second=${home}/`);
    const run = (script: string): string =>
      execFileSync('/bin/sh', ['-c', taken(script)], {
        encoding: 'utf8',
        input: '',
        env: { ...process.env, HOME: home },
      });
    execFileSync('touch', [join(home, 'taken')]);
    try {
      run(startJob(id, 'echo done', 10));
      for (let i = 0; i < 50 && run(jobState(id).script).startsWith('running'); i++)
        await new Promise((go) => setTimeout(go, 50));
      expect(run(jobState(id).script)).to.equal('ended 0\ndone\n');
      run(removeJob(id));
      expect(run(jobState(id).script)).to.equal('unknown\n');
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
