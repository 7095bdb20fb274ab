import { expect } from 'chai';
import { selected } from '../../engine/playbook/tags.ts';

const tasks: Readonly<Record<string, readonly string[]>> = {
  AN: ['always', 'never'],
  AX: ['always', 'x'],
  NX: ['never', 'x'],
  P: [],
  Y: ['y'],
};

/** --tags, --skip-tags, and the tasks that run. */
const table: readonly (readonly [string, string, string])[] = [
  ['', '', 'AN AX P Y'],
  ['all', '', 'AN AX P Y'],
  ['y', '', 'AN AX Y'],
  ['x', '', 'AN AX NX'],
  ['tagged', '', 'AN AX Y'],
  ['untagged', '', 'AN AX P'],
  ['', 'x', 'AN P Y'],
  ['', 'all', 'AN AX'],
  ['', 'always', 'P Y'],
  ['', 'tagged', 'P'],
  ['', 'untagged', 'AN AX Y'],
  ['never', '', 'AN AX NX'],
  ['x', 'never', 'AX'],
  ['all,never', '', 'AN AX NX P Y'],
  ['', 'all,always', ''],
];

const words = (text: string): string[] => text.split(',').filter((word) => word !== '');

describe('tags', () => {
  for (const [only, skip, expected] of table)
    it(`--tags '${only}' --skip-tags '${skip}' runs ${expected || 'nothing'}`, () => {
      const running = Object.keys(tasks).filter((name) => selected(new Set(tasks[name]), words(only), words(skip)));
      expect(running.join(' ')).to.equal(expected);
    });
});
