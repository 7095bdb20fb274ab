import { expect } from 'chai';
import type { PlaySettings } from '../../../engine/run/play/settings.ts';
import { batchesOf } from '../../../engine/run/play/settings.ts';

describe('serial', () => {
  const cases: [serial: PlaySettings['serial'], hosts: number, sizes: number[]][] = [
    [[], 5, [5]],
    [[2], 5, [2, 2, 1]],
    [[1, 3], 6, [1, 3, 2]],
    [['40%'], 5, [2, 2, 1]],
    [['10%'], 5, [1, 1, 1, 1, 1]],
    [[1, '100%'], 4, [1, 3]],
    [[0], 3, [3]],
    [[9], 3, [3]],
  ];
  for (const [serial, hosts, sizes] of cases) {
    it(`${JSON.stringify(serial)} over ${hosts} hosts`, () => {
      const all = Array.from({ length: hosts }, (_, i) => i);
      const batches = batchesOf(serial, all);
      expect(batches.map((b) => b.length)).to.deep.equal(sizes);
      expect(batches.flat()).to.deep.equal(all);
    });
  }
});
