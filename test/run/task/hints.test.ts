import { expect } from 'chai';
import { TaskFailure } from '../../../engine/module/failure.ts';
import { resultOfError } from '../../../engine/run/task/result.ts';
import { Unreachable } from '../../../engine/transport/types.ts';

describe('what failed says what to do next', () => {
  const hintOf = (error: Error): string | undefined => resultOfError(error).failure?.hint;
  const output = (stderr: string) => ({ code: 1, stdout: '', stderr });

  for (const cause of [
    'No space left on device',
    'Disk quota exceeded',
    'Read-only file system',
    'Cannot allocate memory',
    'Too many open files',
    'Input/output error',
    'I/O error',
    'curl: (23) Failure writing output to destination',
    'groupadd: cannot lock /etc/group; try again later.',
  ])
    it(`about ${cause}, whoever says it`, () => {
      expect(hintOf(new TaskFailure(`cannot write /x: cat: write error: ${cause}`))).to.be.a('string');
      expect(hintOf(new TaskFailure('useradd failed', { output: output(`useradd: ${cause}`) }))).to.be.a('string');
    });

  it('in its own words where it has some, and not at all where nothing is known', () => {
    expect(hintOf(new TaskFailure('No space left on device', { hint: 'mine' }))).to.equal('mine');
    expect(hintOf(new TaskFailure('something else', { output: output('else') }))).to.equal(undefined);
  });

  it('about a host that was lost', () => {
    expect(hintOf(new Unreachable('connection to a was lost'))).to.contain('run again');
    expect(hintOf(new Unreachable('a refuses the connection', 'is sshd running?'))).to.equal('is sshd running?');
  });
});
