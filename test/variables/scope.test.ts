import { expect } from 'chai';
import { magicNames } from '../../engine/playbook/magic.ts';
import { magicVariables } from '../../engine/variables/magic.ts';

describe('magic variables', () => {
  it('are the ones that the static check knows', () => {
    expect([...magicVariables.keys()].sort()).to.deep.equal([...magicNames].sort());
  });
});
