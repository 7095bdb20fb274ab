import Mocha from 'mocha';

const GRACE_SECONDS = 30;

/**
 * Mocha's spec reporter with a machine-readable last line: how many tests passed and how many failed. Tests close what
 * they open; if something stays open, the run fails with its kind instead of hanging.
 */
export default class Closing extends Mocha.reporters.Spec {
  override done(failures: number, fn?: (failures: number) => void): void {
    const { passes, failures: failed, pending } = this.stats;
    process.stdout.write(`${passes} passed, ${failed} failed${pending > 0 ? `, ${pending} skipped` : ''}\n`);
    fn?.(failures);
    setTimeout(() => {
      const open = process.getActiveResourcesInfo().join(', ');
      process.stderr.write(`The tests have ended, but they left something open after ${GRACE_SECONDS} s: ${open}\n`);
      process.on('exit', () => {
        process.exitCode = 1; // after mocha's own handler, which sets the number of failures
      });
      process.exit();
    }, GRACE_SECONDS * 1000).unref();
  }
}
