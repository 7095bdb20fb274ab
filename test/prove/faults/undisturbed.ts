import type { Written } from '../../lab/cluster.ts';
import type { Ground } from '../ground.ts';
import type { Moment, Order } from './messages.ts';
import { Session } from './session.ts';
import { isFailure, type Reference } from './state.ts';

/** Everything that an undisturbed run on fresh hosts writes; with `stepwise`, before each step. */
export async function undisturbed(ground: Ground, order: Order, stepwise: boolean): Promise<Reference> {
  const before = new Map<string, Written>();
  const moments = new Map<string, Moment[]>();
  const modules = new Map<string, string>();
  const session = new Session(order);
  try {
    for (let report = await session.next(); report; report = await session.next()) {
      if (report.is === 'arrival') {
        const seen = moments.get(report.step) ?? [];
        if (!seen.includes(report.moment)) moments.set(report.step, [...seen, report.moment]);
        if (report.moment === 'start') before.set(report.step, stepwise ? await ground.written() : new Map());
        session.say('go');
      } else if (report.is === 'result') {
        const { result, step } = report;
        modules.set(step, result.module);
        if (isFailure(result)) throw new Error(`the undisturbed run failed: ${step}: ${JSON.stringify(result)}`);
      } else {
        if (report.exit !== 0) throw new Error(`the undisturbed run ended with ${report.exit}: ${report.thrown ?? ''}`);
        return { order: [...before.keys()], moments, modules, before, end: await ground.written() };
      }
    }
    throw new Error(`the undisturbed run died: ${session.printed}`);
  } finally {
    await session.kill();
  }
}
