import { expect } from 'chai';
import type { AnyModule, Check, Writer } from '../../engine/module/module.ts';
import { wait_for } from '../../modules/commands/wait_for.ts';
import { wait_for_connection } from '../../modules/commands/wait_for_connection.ts';
import { pause } from '../../modules/control/pause.ts';
import { kubernetes_wait } from '../../modules/kubernetes/kubernetes_wait.ts';
import { reboot } from '../../modules/system/reboot.ts';

const found = (present: unknown): Check => ({ present, differences: [] });
const never = { look: () => Promise.resolve(false), shown: 'a path' };

describe('a module that waits ends when the task is aborted', () => {
  const waits: readonly (readonly [AnyModule, object, Check])[] = [
    [pause, { seconds: 600 }, found(600)],
    [wait_for, { delay: 600, sleep: 1, timeout: 600 }, found({ target: never, wanted: true })],
    [wait_for, { delay: 0, sleep: 600, timeout: 600 }, found({ target: never, wanted: true })],
    [wait_for_connection, { delay: 600, timeout: 600 }, found(null)],
    [kubernetes_wait, { nodes: ['worker-1'], via: [], timeout: 600 }, found(undefined)],
    [reboot, { pre_reboot_delay: 600, reboot_timeout: 600 }, found(null)],
  ];
  for (const [module, args, check] of waits)
    it(`${module.name} ${JSON.stringify(args)}`, async () => {
      const controller = new AbortController();
      const host = {
        signal: controller.signal,
        readNow: () => Promise.resolve({ answers: true, nodes: [] }),
      } as unknown as Writer;
      setTimeout(() => controller.abort(), 20);
      const outcome = await module.change!(args, check, host).catch((error: unknown) => error);
      expect(outcome).to.have.property('name', 'AbortError');
    });
});
