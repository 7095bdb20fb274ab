import { expect } from 'chai';
import type { Ground } from '../prove/ground.ts';

/** A part of `npm run prove`, small enough for each test run: check mode is compared with the run after it, on real hosts. */
const playbooks = ['web-site', 'own-unit', 'delegated', 'users'];

describe('what check mode predicts', function () {
  this.timeout(240_000);
  let ground: Ground;
  let prove: typeof import('../prove/hand-written.ts').proveHandWritten;

  before(async () => {
    // Mocha loads this file with require, but parts of the engine only with import: import all of it, so that it is loaded once.
    ({ proveHandWritten: prove } = await import('../prove/hand-written.ts'));
    const { Ground: OfLab } = await import('../prove/ground.ts');
    ground = await OfLab.open(['test/prove/hosts.yml']);
  });

  after(() => ground.remove());

  for (const name of playbooks)
    it(`comes true: ${name}`, async () => {
      const { fidelity, written, problems } = await prove(ground, name);
      expect([...fidelity.mismatches, ...written, ...problems]).to.deep.equal([]);
      expect(fidelity.both).to.be.at.least(3);
    });
});
