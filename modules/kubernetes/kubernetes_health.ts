import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../engine/module/failure.ts';
import { type Check, defineModule, type Reader } from '../../engine/module/module.ts';
import { fresh } from '../../engine/module/read-only.ts';
import type { Arguments } from '../../engine/module/schema.ts';
import { type Finding, findings, type Sight, tableOf } from './health/findings.ts';
import { balancerProbe, nodeProbe, nthAddress, type Overview, overviewProbe } from './health/read.ts';
import { Patience } from './patience.ts';
import { type Trouble, type Words, wordsProbe } from './pods.ts';

const names = { type: 'array', items: { type: 'string' }, default: [] } as const;

const schema = {
  type: 'object',
  required: ['control_planes'],
  properties: {
    control_planes: {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      description: 'Inventory names of the control planes; the cluster is read through the first that responds.',
    },
    workers: { ...names, description: 'Inventory names of the workers.' },
    load_balancers: { ...names, description: 'Inventory names of the hosts whose HAProxy is in front of the API.' },
    namespaces: {
      type: 'array',
      items: { type: 'string' },
      default: ['kube-system', 'kube-flannel'],
      description: 'The pods of these namespaces must run and be ready.',
    },
    service_subnet: {
      type: 'string',
      default: '',
      description:
        'Range of the Services: its first address, that of the API, and its tenth, that of the DNS, are tried from each node. Empty: not tried.',
    },
    dns_name: {
      type: 'string',
      default: 'kubernetes.default.svc.cluster.local',
      description: 'The name that the cluster DNS is asked for; empty: it is not asked.',
    },
    stats_socket: { type: 'string', default: '/run/haproxy/admin.sock', description: "HAProxy's socket." },
    clock_skew_seconds: { type: 'integer', default: 30, description: 'How far a clock may be off from the others.' },
    certificate_days: {
      type: 'integer',
      default: 30,
      description: 'Certificates that end within these days are noted; expired ones are wrong.',
    },
    timeout: {
      type: 'integer',
      minimum: 0,
      default: 120,
      description: 'How many seconds to wait for what is wrong to become right, as after a join.',
    },
  },
} as const;

type HealthArguments = Arguments<typeof schema>;

export const kubernetes_health = defineModule({
  name: 'kubernetes_health',
  summary: 'Looks at a whole cluster, waits for what is still starting, and fails with what is wrong and why.',
  subject: 'Kubernetes',
  nature: 'wait',
  args: schema,
  returns: {
    type: 'object',
    properties: {
      table: { type: 'string', description: 'What was found, a line each.' },
      findings: {
        type: 'array',
        description: 'The same as data.',
        items: {
          type: 'object',
          properties: {
            subject: { type: 'string', description: 'What it is about.' },
            verdict: { type: 'string', description: 'ok, note or wrong.' },
            says: { type: 'string', description: 'What was seen.' },
          },
        },
      },
    },
  },
  examples: [
    `- name: Look at the whole cluster
  kubernetes_health:
    control_planes: [master-1, master-2, master-3]
    workers: [worker-1]
    load_balancers: [lb-1]
`,
  ],

  async check(args, host): Promise<Check<undefined>> {
    const { list } = await look(args, host);
    return {
      present: undefined,
      differences: list
        .filter(({ verdict }) => verdict === 'wrong')
        .map(({ subject, says }) => ({ what: subject, from: says, to: 'as it should be' })),
      result: resultOf(list),
      message: tableOf(list),
    };
  },

  async change(args, _found, host) {
    const end = performance.now() + args.timeout * 1000;
    const patience = new Patience();
    for (;;) {
      const { list, words } = await look(args, fresh(host));
      const wrong = list.filter(({ verdict }) => verdict === 'wrong');
      if (wrong.length === 0) return { result: resultOf(list), message: tableOf(list) };
      const lost = patience.firstLost(words);
      if (lost !== undefined || performance.now() >= end)
        throw new TaskFailure(
          `${wrong.length === 1 ? '1 thing is' : `${wrong.length} things are`} wrong with the cluster${lost === undefined ? '' : `, and waiting cannot help (${lost})`}:\n${tableOf(list)}`,
          { result: resultOf(list) },
        );
      await sleep(2000, undefined, { signal: host.signal });
    }
  },
});

const resultOf = (list: readonly Finding[]) => ({ table: tableOf(list), findings: list });

async function look(
  args: HealthArguments,
  host: Reader,
): Promise<{ readonly list: readonly Finding[]; readonly words: ReadonlyMap<Trouble, Words> }> {
  const tried = {
    service: nthAddress(args.service_subnet, 1),
    dns: args.dns_name === '' ? '' : nthAddress(args.service_subnet, 10),
    name: args.dns_name,
  };
  // All in one tick: what is asked of one host is one round trip.
  const [{ overview, through, silent }, nodes, balancers] = await Promise.all([
    overviewOf(args, host),
    each([...args.control_planes, ...args.workers], (name) => host.on(name).read(nodeProbe(tried))),
    each(args.load_balancers, (name) => host.on(name).read(balancerProbe(args.stats_socket))),
  ]);
  // At most ten: the others have the same reasons.
  const troubles = overview?.pods.troubles.slice(0, 10) ?? [];
  const words = new Map(
    await Promise.all(
      troubles.map(async (trouble) => [trouble, await host.on(through!).read(wordsProbe(trouble))] as const),
    ),
  );
  const sight: Sight = {
    controlPlanes: args.control_planes,
    workers: args.workers,
    silent,
    overview,
    words,
    nodes,
    balancers,
    now: Date.now() / 1000,
  };
  return {
    list: findings(sight, { clockSkewSeconds: args.clock_skew_seconds, certificateDays: args.certificate_days }),
    words,
  };
}

async function overviewOf({ control_planes, namespaces }: HealthArguments, host: Reader) {
  const silent: { host: string; why: string }[] = [];
  const probe = overviewProbe(namespaces);
  let answer: { overview: Overview; through: string } | undefined;
  for (const name of control_planes) {
    const overview = await unlessLost(host.on(name).read(probe));
    const why = typeof overview === 'string' ? overview : overview.cluster.answers ? undefined : overview.cluster.why;
    if (why === undefined) {
      answer = { overview: overview as Overview, through: name };
      break;
    }
    silent.push({ host: name, why });
  }
  return { overview: answer?.overview ?? null, through: answer?.through, silent };
}

async function each<T>(
  hosts: readonly string[],
  read: (host: string) => Promise<T>,
): Promise<ReadonlyMap<string, T | string>> {
  return new Map(await Promise.all(hosts.map(async (name) => [name, await unlessLost(read(name))] as const)));
}

/** A lost host is a finding, not the end of the look at the others. */
async function unlessLost<T>(reading: Promise<T>): Promise<T | string> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && error.name === 'Unreachable') return error.message;
    throw error;
  }
}
