import { once } from 'node:events';
import type { Server } from 'node:net';
import { labReset } from '../../engine/lab/lab.ts';
import type { Bench } from './bench.ts';
import type { Contestant } from './contestants.ts';
import { startDelay } from './delay.ts';
import { simulatedHosts, simulatedNamespace, startSimulated } from './simulate.ts';
import { measureStart } from './start.ts';

export const titles = {
  fresh: 'fresh run, 5 hosts',
  converged: 'converged run, 5 hosts',
  check: 'check mode, 5 hosts',
  ping: 'ping, 5 hosts',
  delay: (ms: number) => `converged run, ${ms} ms away`,
  hosts: (count: number) => `converged run, ${count.toLocaleString('en')} hosts`,
  cluster: {
    fresh: 'ha-cluster.yml, fresh',
    converged: 'ha-cluster.yml, converged',
    check: 'ha-cluster.yml, check mode',
  },
} as const;

export const delays = [10, 50, 150] as const;
export const counts = [25, 50, 200, 1000] as const;

/** In the order of a full run. */
export const scenarios: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  start: measureStart,

  fresh: (bench) => bench.fresh(titles.fresh),

  async converged(bench) {
    await bench.prepared();
    await bench.turns(titles.converged, 'prepare', bench.ground);
  },

  async check(bench) {
    await bench.prepared();
    await bench.turns(titles.check, 'check', bench.ground, { rounds: [5, 1] });
  },

  async ping(bench) {
    await bench.prepared();
    await bench.turns(titles.ping, 'ping', bench.ground);
  },

  /** Round trips: the lab's hosts behind relays with a delay. */
  async delay(bench) {
    await bench.prepared();
    for (const ms of delays) {
      const hosts = bench.ground.hosts.map((host) => ({
        ...host,
        address: host.address.replace(/^127\.\d+/, '127.40'),
      }));
      const relays: Server[] = [];
      try {
        for (const [i, { address, port }] of bench.ground.hosts.entries())
          relays.push(await startDelay({ address: hosts[i]!.address, port }, { address, port }, ms));
        await bench.turns(titles.delay(ms), 'prepare', bench.groundOf(`delay-${ms}`, hosts), { rounds: [3, 1] });
      } finally {
        await Promise.all(relays.map((relay) => once(relay.close(), 'close')));
      }
    }
  },

  /** Many simulated hosts. The slow contestants would take minutes for 50 of them, and hours for 1000. */
  async hosts(bench) {
    await bench.prepared();
    const stop = await startSimulated(bench.options);
    try {
      for (const count of counts) {
        const ground = bench.groundOf(`hosts-${count}`, simulatedHosts(count), simulatedNamespace);
        const who = ({ name, slow }: Contestant) => (slow ? count <= 25 : count <= 50 || name !== 'floor, OpenSSH');
        await bench.turns(titles.hosts(count), 'prepare', ground, { rounds: [count > 50 ? 1 : 3, 1], who });
      }
    } finally {
      await stop();
    }
  },
};

/** Scenarios that run only if named. */
export const further: typeof scenarios = {
  async cluster(bench) {
    const run = bench.tsplay('playbooks/ha-cluster.yml', '-i', 'inventory/lab.yml');
    await labReset(bench.options);
    await bench.own(titles.cluster.fresh, 1, run, () => true);
    await bench.own(titles.cluster.converged, 5, run);
    await bench.own(titles.cluster.check, 5, [...run, '--check']);
  },
};
