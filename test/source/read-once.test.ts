import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readOnce } from '../../engine/source/read-once.ts';

describe('a file that many ask for', () => {
  it('is read once while it stays as it is', () => {
    const typescript = fileURLToPath(new URL('../../node_modules/typescript/package.json', import.meta.url)); // written long ago
    expect(readOnce(typescript)).to.equal(readOnce(typescript));
  });

  it('is read again where it was written just now, though neither size nor time tell', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsplay-test-'));
    try {
      const path = join(folder, 'file');
      for (const text of ['one', 'two', 'six']) {
        writeFileSync(path, text);
        expect(readOnce(path).toString()).to.equal(text);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is reported where it is not there', () => {
    expect(() => readOnce('/no/such/file')).to.throw('ENOENT');
  });
});
