import { expect } from 'chai';
import { noDeadline, startDeadline } from '../../../engine/run/task/deadline.ts';

describe('a deadline', () => {
  it('is over when its time is, also before timers have had a turn', () => {
    const deadline = startDeadline(0.05);
    expect(deadline.isOver()).to.equal(false);
    const until = performance.now() + 60;
    while (performance.now() < until); // an answer that comes in the same moment is handled before the timer
    expect([deadline.isOver(), deadline.signal?.aborted]).to.deep.equal([true, false]);
    deadline.end();
  });

  it('never is without a limit', () => {
    expect(noDeadline.isOver()).to.equal(false);
    expect(startDeadline(0).isOver()).to.equal(false);
  });
});
