import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readRegular } from '../../engine/source/read-once.ts';

describe('a file of the controller', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-read-'));
  after(() => rmSync(folder, { recursive: true }));
  it('is read, or the first of it', () => {
    writeFileSync(join(folder, 'f'), 'text');
    expect(readRegular(join(folder, 'f')).toString()).to.equal('text');
    expect(readRegular(join(folder, 'f'), 2).toString()).to.equal('te');
  });
  it('may be /dev/null, which has an end', () => {
    expect(readRegular('/dev/null')).to.have.length(0);
  });
  it('is refused at once where it is a pipe, a device or a folder', () => {
    execFileSync('mkfifo', [join(folder, 'p')]);
    for (const path of [join(folder, 'p'), '/dev/zero', folder]) expect(() => readRegular(path), path).to.throw();
  });
});
