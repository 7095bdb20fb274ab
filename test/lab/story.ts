import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { labRemove } from '../../engine/lab/control.ts';
import { labReset, labUp } from '../../engine/lab/lab.ts';
import { type Cluster, openCluster, type Ran } from './cluster.ts';

export const masters = ['k8s-master-1', 'k8s-master-2'];
export const workers = ['k8s-worker-1', 'k8s-worker-2'];

/** Ordered tests of the cluster: each continues where the one before it left the hosts. */
export interface Story {
  /** The cluster with the hosts added so far. */
  readonly cluster: Cluster;
  /** Adds a host to the current ones (with `fresh`: only to those of inventory/lab.yml). */
  grow(name: string, group: string, number: number, fresh?: boolean): Promise<void>;
}

/** Starts with bare hosts, or with the cluster of inventory/lab.yml (built if it does not exist yet). Removes added hosts. */
export function clusterStory(title: string, begin: 'bare' | 'built', tests: (story: Story) => void): void {
  describe(title, function () {
    this.timeout(600_000);
    const opened: Cluster[] = [];
    const newest = (): Cluster => opened.at(-1)!;

    before(async () => {
      opened.push(await openCluster());
      await labUp(newest().options);
      if (begin === 'bare') return labReset(newest().options);
      const ran = await newest().run();
      expect(ran.exit, ran.trouble).to.equal(0);
    });

    // Not mocha's bail: it silently drops tests, even those of later stories.
    let broken = false;
    beforeEach(function () {
      if (broken) this.skip();
    });
    afterEach(function () {
      broken ||= this.currentTest?.state === 'failed';
    });

    after(async () => {
      const given = new Set(opened[0]!.options.hosts.map((h) => h.name));
      const added = opened.flatMap((one) => one.options.hosts.map((h) => h.name)).filter((name) => !given.has(name));
      for (const one of opened) await one.close();
      await labRemove(opened[0]!.options, [...new Set(added)]);
      // A Node whose host is gone would be told by every later look at the cluster.
      for (const name of added)
        await newest()
          .kubectl(masters[0]!, 'delete', 'node', name.toLowerCase(), '--ignore-not-found', '--wait=false')
          .catch(() => undefined);
    });

    tests({
      get cluster() {
        return newest();
      },
      grow: async (name, group, number, fresh = false) => {
        opened.push(await (fresh ? opened[0]! : newest()).with(name, group, number));
      },
    });
  });
}

export function changedOn(ran: Ran): string[] {
  return [...new Set(ran.results.filter((r) => r.status === 'changed').map((r) => r.host))].sort();
}

export function changes(ran: Ran): string[] {
  const changed = ran.results.filter((r) => r.status === 'changed');
  return changed.map((r) => `${r.host}: ${r.task}: ${r.differences.map((d) => d.what).join()}`);
}

/** Waits for at most two minutes. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 240; i++) {
    if (await condition()) return;
    await sleep(500);
  }
  throw new Error('the condition did not become true within two minutes');
}
