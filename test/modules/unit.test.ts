import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { unitState } from '../../modules/system/unit.ts';

/** Systemd's own answer, on a host whose /etc/systemd/system is this folder. */
function outdated(folder: string, { loaded = '', needs = 'no' } = {}): boolean {
  const probe = unitState('x');
  const answer = `Id=x.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNeedDaemonReload=${needs}\nDropInPaths=${loaded}\nType=simple`;
  const stdout = execFileSync(
    'sh',
    ['-c', `systemctl() { echo '${answer}'; }\n${probe.script.replaceAll('/etc/systemd/system/x.', `${folder}/x.`)}`],
    {
      encoding: 'utf8',
    },
  );
  return probe.parse({ code: 0, stdout, stderr: '' }).outdated;
}

describe('whether systemd has loaded what is on the disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-test-'));
  const dropIns = join(folder, 'x.service.d');

  it('no drop-ins', () => expect(outdated(folder)).to.equal(false));
  it('systemd says that it has not', () => expect(outdated(folder, { needs: 'yes' })).to.equal(true));
  it('the first drop-in of a unit, which systemd does not notice', () => {
    mkdirSync(dropIns);
    writeFileSync(join(dropIns, 'proxy.conf'), '[Service]\n');
    writeFileSync(join(dropIns, 'empty.conf'), ''); // as one that hides another
    writeFileSync(join(dropIns, 'notes.txt'), 'no drop-in\n');
    expect(outdated(folder)).to.equal(true);
    expect(outdated(folder, { loaded: join(dropIns, 'other.conf') })).to.equal(true);
  });
  it('once it has loaded it', () => {
    expect(outdated(folder, { loaded: `/lib/x.conf ${join(dropIns, 'proxy.conf')}` })).to.equal(false);
  });
});
