import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expect } from 'chai';
import { TaskFailure } from '../../engine/module/failure.ts';
import { resultOfError } from '../../engine/run/task/result.ts';
import { systemProblem } from '../../engine/source/system-error.ts';

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

const refused = (): Promise<unknown> =>
  new Promise((resolve) => connect({ host: '127.0.0.1', port: 1 }).on('error', resolve));

describe('what this machine refuses', () => {
  it('is told with its path and is no bug', () => {
    const error = thrownBy(() => readFileSync('/nowhere/at/all'));
    expect(systemProblem(error)).to.equal('/nowhere/at/all: there is no such file or folder');
    expect(resultOfError(error).message).to.equal('on this machine: /nowhere/at/all: there is no such file or folder');
    expect(systemProblem(thrownBy(() => readFileSync('/')))).to.match(/: it is a folder$/);
  });

  it('is told with its address', async () => {
    expect(systemProblem(await refused())).to.equal('127.0.0.1:1: connection refused');
  });

  it('is told for each of several errors at once', async () => {
    const several = new AggregateError([thrownBy(() => readFileSync('/nowhere')), await refused()]);
    expect(systemProblem(several)).to.equal(
      '/nowhere: there is no such file or folder; 127.0.0.1:1: connection refused',
    );
    const mixed = resultOfError(new AggregateError([new TaskFailure('one'), new TaskFailure('two', { hint: 'do' })]));
    expect(mixed).to.include({ status: 'failed', message: 'one; two' });
  });

  it('is not an error of programming', () => {
    expect(systemProblem(new TypeError('x is not a function'))).to.equal(undefined);
    expect(resultOfError(new AggregateError([new TypeError('x')])).message).to.match(/a bug in/);
  });
});
