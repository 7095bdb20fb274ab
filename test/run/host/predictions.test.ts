import { expect } from 'chai';
import { allWillBe, cannotTellAny, type Prediction, type Probe, willBe } from '../../../engine/module/probe.ts';
import { Predictions } from '../../../engine/run/host/predictions.ts';

const probe = (key: string): Probe<string> => ({ key, script: '', parse: (out) => out.stdout });

function predicted(steps: (predictions: Predictions) => void, key: string): unknown {
  const predictions = new Predictions();
  steps(predictions);
  const found = predictions.of(key);
  return found && ('value' in found ? found.value : 'unknown' in found ? found.unknown : found.as.key);
}

const after = (...list: Prediction[]) => list;

describe('what is foreseen', () => {
  it('of all that begins alike holds until one of them is foreseen anew', () => {
    const steps = (p: Predictions): void => {
      p.add(after(willBe(probe('path:/d/a'), 'there')), 'first');
      p.add(after(allWillBe('path:/d/', 'gone')), 'second');
      p.add(after(willBe(probe('path:/d/b'), 'new')), 'third');
    };
    expect(predicted(steps, 'path:/d/a')).to.equal('gone');
    expect(predicted(steps, 'path:/d/b')).to.equal('new');
    expect(predicted(steps, 'path:/d')).to.equal(undefined);
    expect(predicted((p) => p.add(after(cannotTellAny('path:/d/')), 'now'), 'path:/d/a')).to.equal('now');
  });

  it('of a path is doubted as a whole where a task that looked at it is unknown', () => {
    const steps = (p: Predictions): void => {
      p.add(after(willBe(probe('file:/f'), 'text'), willBe(probe('file:/g'), 'text')), 'first');
      p.doubt(['path:/f', 'account:me'], 'second');
    };
    expect(predicted(steps, 'file:/f')).to.equal('second');
    expect(predicted(steps, 'file:/f/below')).to.equal('second');
    expect(predicted(steps, 'account:me')).to.equal('second');
    expect(predicted(steps, 'group:me')).to.equal(undefined);
    expect(predicted(steps, 'file:/g')).to.equal('text');
  });
});
