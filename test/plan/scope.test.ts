import { expect } from 'chai';
import { magicVariables } from '../../engine/plan/scope.ts';
import { magicNames } from '../../engine/playbook/magic.ts';

describe('magic variables', () => {
  it('are the ones that the static check knows', () => {
    expect([...magicVariables.keys()].sort()).to.deep.equal([...magicNames].sort());
  });
});
