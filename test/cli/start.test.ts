import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { program, tsplay } from './command.ts';

describe('the start of the built command', function () {
  this.timeout(60_000);
  let home: string;
  const folder = (): string => join(home, 'tsplay/code');
  const kept = (): readonly string[] => readdirSync(folder());
  const complete = () => tsplay(['completion', 'bash'], { env: { XDG_CACHE_HOME: home } });

  before(function () {
    if (program.length > 1) this.skip(); // from its sources
    home = mkdtempSync(join(tmpdir(), 'tsplay-start-'));
  });
  after(() => home && rmSync(home, { recursive: true }));

  it('keeps compiled code, for its user alone, and says the same with it', async () => {
    const first = await complete();
    expect(first.stderr).to.equal('');
    const [name] = kept();
    expect(kept()).to.have.length(1);
    expect(statSync(folder()).mode & 0o777).to.equal(0o700);
    expect(statSync(join(folder(), name!)).mode & 0o777).to.equal(0o600);
    expect(await complete()).to.deep.equal(first);
  });

  it('goes on without code that is broken, and makes it anew', async () => {
    const file = join(folder(), kept()[0]!);
    const { size } = statSync(file);
    truncateSync(file, 5000);
    expect((await complete()).code).to.equal(0);
    expect(statSync(file).size).to.be.greaterThan(size / 2);
    writeFileSync(file, 'xyz');
    expect((await complete()).code).to.equal(0);
    expect(statSync(file).size).to.be.greaterThan(size / 2);
  });

  it('throws away the code of bundles that are no more', async () => {
    const [name] = kept();
    const old = name!.replace(/command-\w+/, 'command-OLD');
    writeFileSync(join(folder(), old), '');
    rmSync(join(folder(), name!));
    await complete();
    expect(kept()).to.deep.equal([name]);
  });

  it('runs where nothing can be kept', async () => {
    const { code, stderr } = await tsplay(['completion', 'bash'], { env: { XDG_CACHE_HOME: '/dev/null' } });
    expect([code, stderr]).to.deep.equal([0, '']);
  });
});
