import Mocha from 'mocha';

/** Mocha's spec reporter with a machine-readable last line: how many tests passed and how many failed. */
export default class Closing extends Mocha.reporters.Spec {
  override done(failures: number, fn?: (failures: number) => void): void {
    const { passes, failures: failed, pending } = this.stats;
    process.stdout.write(`${passes} passed, ${failed} failed${pending > 0 ? `, ${pending} skipped` : ''}\n`);
    fn?.(failures);
  }
}
