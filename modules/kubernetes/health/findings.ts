import { type ClusterAnswer, nodeNameOf } from '../cluster.ts';
import { describe, nameOf, type Trouble, type Words } from '../pods.ts';
import type { BalancedServer, EtcdStatus, NodeSight, Overview } from './read.ts';

/** All that was read of a cluster. */
export interface Sight {
  readonly controlPlanes: readonly string[];
  readonly workers: readonly string[];
  /** The control planes that do not answer for the cluster. */
  readonly silent: readonly { readonly host: string; readonly why: string }[];
  /** Null where none answers. */
  readonly overview: Overview | null;
  readonly words: ReadonlyMap<Trouble, Words>;
  readonly nodes: ReadonlyMap<string, NodeSight | string>;
  readonly balancers: ReadonlyMap<string, readonly BalancedServer[] | string>;
  /** By the controller's clock, in seconds. */
  readonly now: number;
}

export interface Limits {
  readonly clockSkewSeconds: number;
  readonly certificateDays: number;
}

export interface Finding {
  readonly subject: string;
  /** `note`: well for now, and worth knowing. */
  readonly verdict: 'ok' | 'note' | 'wrong';
  readonly says: string;
}

/** What is well with a cluster and what is not. Depends only on what was seen. */
export function findings(sight: Sight, limits: Limits): readonly Finding[] {
  const { overview, silent } = sight;
  const unheard = silent.map(({ host, why }) => wrong(`control plane ${host}`, why));
  if (!overview?.cluster.answers)
    return [...unheard, wrong('cluster', 'no control plane answers'), ...balanced(sight), ...clocks(sight, limits)];
  const { cluster, pods, endpoint } = overview;
  return [
    ...unheard,
    ...nodes(sight, cluster),
    ...versions(cluster, pods.versions),
    ...etcd(sight, overview.etcd),
    ...podsOf(sight, overview),
    endpoint === 'ok'
      ? ok('API endpoint', 'answers')
      : wrong('API endpoint', `no answer by the name that nodes use: ${endpoint}`),
    ...balanced(sight),
    ...reached(sight, 'service', 'service address', 'answers on'),
    ...reached(sight, 'dns', 'cluster DNS', 'answers on'),
    ...certificates(sight, limits),
    ...clocks(sight, limits),
  ];
}

const ok = (subject: string, says: string): Finding => ({ subject, verdict: 'ok', says });
const note = (subject: string, says: string): Finding => ({ subject, verdict: 'note', says });
const wrong = (subject: string, says: string): Finding => ({ subject, verdict: 'wrong', says });
const count = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? '' : 's'}`;

function nodes({ controlPlanes, workers }: Sight, { nodes: there }: ClusterAnswer): Finding[] {
  const expected = [...controlPlanes, ...workers].map(nodeNameOf);
  const ready = there.filter((node) => node.ready).length;
  const all = ready === there.length && expected.every((name) => there.some((node) => node.name === name));
  return [
    ...(all ? [ok('nodes', `${ready} of ${there.length} Ready`)] : []),
    ...there
      .filter((node) => !node.ready)
      .map((node) => wrong(`node ${node.name}`, `NotReady: ${node.why || 'its kubelet gives no reason'}`)),
    ...expected
      .filter((name) => !there.some((node) => node.name === name))
      .map((name) => wrong(`node ${name}`, 'is in the inventory, not in the cluster')),
    ...there
      .filter((node) => !expected.includes(node.name))
      .map((node) => note(`node ${node.name}`, 'is in the cluster, not in the inventory')),
  ];
}

const minorOf = (version: string): number => Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? Number.NaN);

function versions({ nodes: there }: ClusterAnswer, servers: readonly string[]): Finding[] {
  const kubelets = [...new Set(there.map((node) => node.version))].sort();
  const apis = [...new Set(servers)].sort();
  const lowest = Math.min(...apis.map(minorOf));
  const apart = there.filter((node) => minorOf(node.version) > lowest || minorOf(node.version) < lowest - 3);
  if (apart.length > 0)
    return apart.map((node) =>
      wrong(`node ${node.name}`, `kubelet ${node.version} does not go with an API server ${apis.join(', ')}`),
    );
  const all = [...new Set([...kubelets, ...apis])];
  return all.length === 1
    ? [ok('versions', `${all[0]} everywhere`)]
    : [note('versions', `kubelets ${kubelets.join(', ')}; API servers ${apis.join(', ') || 'unknown'}`)];
}

/** etcd refuses to write from 2 GiB on, unless it was given more. */
const largeDatabase = 1.5 * 1024 ** 3;

function etcd({ controlPlanes }: Sight, members: readonly EtcdStatus[] | string): Finding[] {
  if (typeof members === 'string') return [wrong('etcd', `cannot be asked: ${members}`)];
  const voters = members.filter(({ learner }) => !learner);
  const healthy = voters.filter((member) => member.healthy).length;
  const spare = healthy - (Math.floor(voters.length / 2) + 1);
  const leader = members.find((member) => member.leader)?.name;
  const bytes = Math.max(0, ...members.map((member) => member.bytes));
  const says = `${healthy} of ${count(voters.length, 'member')} healthy, leader ${leader ?? 'none'}, ${Math.round(bytes / 1024 ** 2)} MB`;
  const names = controlPlanes.map(nodeNameOf);
  return [
    leader === undefined ? wrong('etcd', says) : ok('etcd', says),
    ...members
      .filter((member) => !member.healthy)
      .map(({ name }) => wrong(`etcd member ${name || '(never started)'}`, 'does not answer, or knows no leader')),
    ...members.filter(({ learner }) => learner).map(({ name }) => wrong(`etcd member ${name}`, 'is still a learner')),
    ...members
      .filter(({ name }) => name !== '' && !names.includes(name))
      .map(({ name }) => wrong(`etcd member ${name}`, 'is no control plane of the inventory')),
    ...names
      .filter((name) => !members.some((member) => member.name === name))
      .map((name) => wrong(`etcd member ${name}`, 'is missing: the control plane of the inventory holds no data')),
    ...(bytes > largeDatabase ? [wrong('etcd', 'its database is near its limit: compact and defragment it')] : []),
    spare > 0
      ? ok('tolerance', `the loss of ${count(spare, 'control plane')}`)
      : note('tolerance', 'none: the loss of a control plane stops the API'),
  ];
}

function podsOf({ words }: Sight, { pods: { total, troubles } }: Overview): Finding[] {
  if (troubles.length === 0) return [ok('system pods', `${total} of ${total} as they should be`)];
  return troubles.map((trouble) =>
    wrong(
      `${nameOf(trouble)}${trouble.node === '' ? '' : ` on ${trouble.node}`}`,
      describe(trouble, words.get(trouble)),
    ),
  );
}

function balanced({ balancers, controlPlanes }: Sight): Finding[] {
  const found = [...balancers].flatMap(([host, servers]): Finding[] => {
    const subject = `load balancer ${host}`;
    if (typeof servers === 'string') return [wrong(subject, servers)];
    const down = servers.filter(({ up }) => !up);
    const unknown = controlPlanes.filter((name) => !servers.some((server) => server.name === name));
    if (down.length + unknown.length === 0) return [ok(subject, `sees ${servers.length} of ${servers.length} up`)];
    return [
      ...down.map(({ name, says }) => wrong(subject, `does not use ${name}: ${says}`)),
      ...unknown.map((name) => wrong(subject, `does not know ${name}`)),
    ];
  });
  return balancers.size === 1 ? [...found, note('load balancers', 'one: a single point of failure')] : found;
}

function reached({ nodes: seen }: Sight, what: 'service' | 'dns', subject: string, verb: string): Finding[] {
  const tried = [...seen].flatMap(([host, node]) =>
    typeof node === 'string' || node[what] === '' ? [] : [{ host, says: node[what] }],
  );
  const bad = tried.filter(({ says }) => says !== 'ok');
  if (tried.length === 0) return [];
  if (bad.length === 0) return [ok(subject, `${verb} ${count(tried.length, 'node')}`)];
  return bad.map(({ host, says }) => wrong(`${subject} on ${host}`, says));
}

function certificates({ nodes: seen, now }: Sight, { certificateDays }: Limits): Finding[] {
  const all = [...seen].flatMap(([host, node]) =>
    typeof node === 'string'
      ? []
      : node.certificates.map(({ file, until }) => ({ host, file, days: Math.floor((until - now) / 86_400) })),
  );
  const soonest = all.reduce<(typeof all)[number] | undefined>((a, b) => (a && a.days <= b.days ? a : b), undefined);
  if (!soonest) return [];
  const ending = all.filter(({ days }) => days < certificateDays);
  if (ending.length === 0) return [ok('certificates', `at least ${soonest.days} days left`)];
  return ending.map(({ host, file, days }) =>
    days < 0
      ? wrong(`certificate on ${host}`, `${file} expired ${count(-days, 'day')} ago`)
      : note(`certificate on ${host}`, `${file} has ${count(days, 'day')} left`),
  );
}

function clocks({ nodes: seen }: Sight, { clockSkewSeconds }: Limits): Finding[] {
  const unreached = [...seen].flatMap(([host, node]) =>
    typeof node === 'string' ? [wrong(`host ${host}`, node)] : [],
  );
  const all = [...seen].flatMap(([host, node]) => (typeof node === 'string' ? [] : [{ host, clock: node.clock }]));
  const sorted = all.map(({ clock }) => clock).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const off = all.filter(({ clock }) => Math.abs(clock - median) > clockSkewSeconds);
  if (off.length > 0)
    return [
      ...unreached,
      ...off.map(({ host, clock }) => wrong(`clock of ${host}`, `${Math.round(clock - median)} s off from the others`)),
    ];
  const spread = sorted.length === 0 ? 0 : sorted.at(-1)! - sorted[0]!;
  return all.length === 0 ? unreached : [...unreached, ok('clocks', `within ${count(spread, 'second')}`)];
}

const marks = { ok: 'ok', note: 'note', wrong: 'WRONG' } as const;

/** For a person: what is wrong stands last, where it is read. */
export function tableOf(list: readonly Finding[]): string {
  const order = ['ok', 'note', 'wrong'];
  const sorted = [...list].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  const width = Math.max(...sorted.map(({ subject }) => Math.min(subject.length, 40)));
  return sorted
    .map(({ verdict, subject, says }) => `${marks[verdict].padEnd(6)} ${subject.padEnd(width)}  ${says}`)
    .join('\n');
}
