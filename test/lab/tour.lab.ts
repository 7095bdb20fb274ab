import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { labOptions } from '../../engine/cli/commands/lab.ts';
import { hostExec, labRemove } from '../../engine/lab/control.ts';
import type { LabOptions } from '../../engine/lab/types.ts';
import { quoteAll } from '../../engine/module/quote.ts';
import { program } from '../cli/command.ts';
import { expectShown, tourSteps } from './tour.ts';

const HOSTS = ['web1', 'web2', 'lb1'];
/** It takes all hosts of the lab, also those of other tests: here only the tour's own go. */
const DOWN = /^npx tsplay lab down /;

describe('the tour of docs/getting-started.md', function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-tour-'));
  const [bin, state, cwd] = ['bin', 'state', 'cwd'].map((name) => join(folder, name)) as [string, string, string];
  const options: Promise<LabOptions> = labOptions([], new AbortController().signal).then((of) => ({
    ...of,
    log: () => {},
  }));
  const remove = async () => labRemove(await options, HOSTS);
  let transcript = '';

  /** Types commands into one shell that goes on: the folder and the variables stay from one block to the next. */
  const type = (script: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const text = `exec 2>&1; set -eu; . ${state}; cd "$(cat ${cwd})"\n${script}\npwd > ${cwd}; export -p > ${state}`;
      execFile('sh', ['-c', text], (error, stdout) => {
        transcript += stdout;
        if (error) reject(new Error(`${script}\n${stdout}`));
        else resolve(stdout);
      });
    });
  const put = (path: string, text: string): void => {
    const file = join(readFileSync(cwd, 'utf8').trim(), path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const on = async (host: string, script: string): Promise<string> =>
    (await hostExec(await options, host, ['sh', '-c', script])).stdout.trim();

  before(async () => {
    mkdirSync(bin);
    writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec ${quoteAll([process.execPath, ...program])} "$@"\n`);
    chmodSync(join(bin, 'npx'), 0o755);
    writeFileSync(state, `export PATH=${bin}:$PATH NO_COLOR=1\n`);
    writeFileSync(cwd, folder);
    await remove(); // what an earlier run may have left
  });
  after(async () => {
    await remove();
    rmSync(folder, { recursive: true });
  });

  // Each step goes on from the one before it.
  let broken = false;
  beforeEach(function () {
    if (broken) this.skip();
  });
  afterEach(function () {
    broken ||= this.currentTest?.state === 'failed';
  });

  for (const step of tourSteps())
    if (step.kind === 'file')
      it(`writes ${step.path}`, async () => {
        const { state: place } = await options;
        put(step.path, step.text.replaceAll('~/.local/state/tsplay/lab', place)); // differs where XDG_STATE_HOME is set
      });
    else if (!DOWN.test(step.script))
      it(step.script.trim().split('\n').at(-1)!.trim(), async () => {
        const printed = await type(step.script);
        if (step.shown !== undefined) expectShown(step.shown, printed);
      });

  it('has made what was asked for', async () => {
    for (const host of HOSTS.slice(0, 2)) expect(await on(host, 'systemctl is-active nginx')).to.equal('active');
    expect(await on('lb1', 'grep -c "10.20.1.5[12] web[12]" /etc/hosts')).to.equal('2');
    const pages = await on('lb1', 'curl -s http://localhost/ http://localhost/');
    expect(pages).to.include('This is index on web1.').and.to.include('This is index on web2.');
  });

  it('has shown the password to the load balancer alone', async () => {
    const password = await on('lb1', 'sed -n "s/.*stats auth admin://p" /etc/haproxy/haproxy.cfg');
    expect(password).to.match(/^\S{20}$/);
    const asked = `curl -s -o /dev/null -w '%{http_code}' -u admin:${password} http://localhost:9000/`;
    expect(await on('lb1', asked)).to.equal('200');
    const key = readFileSync(join(folder, 'shop/shop.vault-password'), 'utf8').trim();
    for (const secret of [password, key]) expect(transcript).not.to.include(secret);
    for (const host of HOSTS.slice(0, 2)) expect(await on(host, `grep -rlF ${password} /etc /var/www`)).to.equal('');
  });
});
