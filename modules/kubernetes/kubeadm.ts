import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule, type Reader, type Writer } from '../../engine/module/module.ts';
import { cannotTell, type Prediction, type Probe } from '../../engine/module/probe.ts';
import { fresh } from '../../engine/module/read-only.ts';
import { inode, pathState } from '../files/path.ts';
import { fileDigest, fileText } from '../files/text.ts';
import { unitState } from '../system/unit.ts';
import {
  adminConf,
  clusterProbe,
  etcdProbe,
  kubeconfigProbe,
  nodeFiles,
  nodeFilesProbe,
  nodeNameOf,
} from './cluster.ts';
import { badNodeName, type KubeadmArguments, schema } from './kubeadm/arguments.ts';
import { type Evidence, isBare, memberOf, type Verdict } from './kubeadm/evidence.ts';
import { refusal } from './kubeadm/explain.ts';
import { finishInit, init, mark } from './kubeadm/init.ts';
import { join, type Way } from './kubeadm/join.ts';
import { kubectl, leave, objection, reset } from './kubeadm/reset.ts';
import { type Survey, survey } from './kubeadm/survey.ts';

export const kubeadm = defineModule({
  name: 'kubeadm',
  summary: 'Creates a Kubernetes cluster, joins nodes to it, and removes nodes from it.',
  subject: 'Kubernetes',
  args: schema,
  returns: {
    type: 'object',
    properties: {
      found: { type: 'string', description: 'The state in which the node was found: absent, half-join, complete …' },
      ready: {
        type: 'boolean',
        description: 'Whether the node was complete and Ready when checked, so that no wait is needed.',
      },
    },
  },
  examples: [
    `- name: Make the cluster, or join it
  kubeadm:
    state: init
    node_name: master-1
    node_ip: 192.0.2.10
    endpoint: k8s-api.example.net:6443
    via: [master-2, master-3]
    config: kubeadm-init.yaml.hbs
`,
    `- name: Join as a worker
  kubeadm:
    state: worker
    node_name: worker-1
    node_ip: 192.0.2.20
    endpoint: k8s-api.example.net:6443
    via: [master-1, master-2, master-3]
    labels: { node-role.kubernetes.io/worker: '' }
`,
    `- name: Take a node out of its cluster
  kubeadm: { state: absent, node_name: worker-1, via: [master-1] }
`,
  ],

  lint(args) {
    const problems: string[] = [];
    const ignored = args.ignore_preflight_errors;
    if (Array.isArray(ignored) && ignored.some((name) => String(name).toLowerCase() === 'all'))
      problems.push("ignore_preflight_errors: 'all' would hide the errors that matter; list the checks");
    if (args.state === 'init' && !('config' in args))
      problems.push('state init requires config, the template from which the cluster is created');
    if (args.state === 'worker' && !('via' in args))
      problems.push('state worker requires via, the control planes to join through');
    if (typeof args.node_name === 'string') problems.push(...badNodeName(args.node_name));
    for (const name of ['endpoint', 'node_ip'])
      if (['init', 'control-plane', 'worker'].includes(String(args.state)) && !(name in args))
        problems.push(`state ${String(args.state)} needs ${name}`);
    return problems;
  },

  async check(args, host) {
    if (args.ignore_preflight_errors.some((name) => name.toLowerCase() === 'all'))
      throw new TaskFailure("ignore_preflight_errors: 'all' would hide the errors that matter", {
        hint: 'name the checks',
      });
    for (const problem of badNodeName(args.node_name)) throw new TaskFailure(problem);
    return args.state === 'absent' ? await checkAbsent(args, host) : await checkPresent(args, host);
  },

  async change(args, found, host) {
    const { verdict, evidence } = found.present;
    const via = evidence.cluster
      ? evidence.cluster.through === args.node_name
        ? host
        : host.on(evidence.cluster.through)
      : undefined;
    if (args.state === 'absent') await remove(args, found.present, host, via);
    else await bring(args, found.present, host, via);
    if (args.state !== 'absent') await settle(args, host);
    return { result: { found: verdict.state } };
  },
});

async function checkPresent(args: KubeadmArguments, host: Reader) {
  const found = await survey(args, host);
  const { verdict, evidence } = found;
  if (verdict.action === 'refuse') throw refusal(args.node_name, verdict);
  const what = `${evidence.role} ${args.node_name}`;
  const differences: Difference[] =
    verdict.action === 'none' ? [] : [{ what, from: `${verdict.state}: ${verdict.why}`, to: goals[verdict.action] }];
  const node = evidence.cluster?.answer.nodes.find((n) => n.name === evidence.name);
  for (const [label, value] of missingLabels(args, found))
    differences.push({
      what: `label ${label} of node ${args.node_name}`,
      from: node?.labels[label] ?? null,
      to: value,
    });
  return {
    present: found,
    differences,
    after: differences.length > 0 ? uncertain : [],
    result: { found: verdict.state, ready: verdict.action === 'none' && (node?.ready ?? false) },
    message: `${verdict.state}: ${verdict.why}`,
  };
}

const goals: Readonly<Record<Exclude<Verdict['action'], 'none' | 'refuse'>, string>> = {
  init: 'complete: the first node of a new cluster',
  'finish-init': 'complete, by the phases that are missing',
  reinit: 'complete, by a reset and a new init',
  join: 'complete, by joining',
  rejoin: 'complete, by a reset and a new join',
  mark: 'complete, with the label and the taint of a control plane',
  clean: 'complete, without that file',
  wait: 'complete, once it is ready',
};

const written = [adminConf, nodeFiles.kubeletConf].flatMap((path) => [
  pathState(path),
  fileText(path),
  fileDigest(path),
  inode(path),
]);
/** The resulting cluster is not guessed, nor are the files that kubeadm writes. */
const uncertain: readonly Prediction[] = [
  nodeFilesProbe,
  clusterProbe,
  etcdProbe,
  kubeconfigProbe(adminConf),
  unitState('kubelet.service'),
  ...written,
].map((probe: Probe<unknown>) => cannotTell(probe));

/** Brings a node from the state that it was found in to a complete one. */
async function bring(
  args: KubeadmArguments,
  { verdict, evidence }: Survey,
  host: Writer,
  via: Writer | undefined,
): Promise<void> {
  const { action } = verdict;
  if (action === 'init') await init(args, host);
  if (action === 'finish-init') await finishInit(args, host);
  if (action === 'mark') await mark(args, host);
  if (action === 'clean') await host.run(['rm', '-f', nodeFiles.bootstrapConf]);
  if (action === 'reinit') {
    await reset(args, host);
    await init(args, host);
  }
  if (action === 'join' || action === 'rejoin') {
    const { cluster } = evidence;
    if (!cluster || !via || via === host)
      throw new TaskFailure(`there is no other control plane to join ${args.node_name} through`);
    if (action === 'rejoin') {
      const member = memberOf(evidence);
      const against = member && evidence.members ? objection(evidence.members, member) : undefined;
      if (against !== undefined)
        throw new TaskFailure(`${args.node_name} cannot be recreated: ${against}`, {
          result: { found: verdict.state },
        });
      // A kubelet that has just got its certificate would register the Node again.
      if (!isBare(evidence.node)) await host.run(['systemctl', 'stop', 'kubelet.service']);
      await leave(evidence.name, via, member, { drain: false });
      if (!isBare(evidence.node)) await reset(args, host);
    }
    const way: Way = { host: via, pins: cluster.pins, configuration: cluster.answer.configuration };
    await join(args, host, way);
  }
}

/** What completes a node and takes nothing away: done as soon as the node is seen to need it. */
const completing: readonly Verdict['action'][] = ['finish-init', 'mark', 'clean'];

/** Waits until the node is complete, then sets its labels; the engine's second check reports what is still missing. */
async function settle(args: KubeadmArguments, host: Writer): Promise<void> {
  const present = fresh(host);
  const end = performance.now() + args.wait_seconds * 1000;
  let now = await survey(args, present);
  const done = new Set<Verdict['action']>();
  while (now.verdict.action !== 'none' && performance.now() < end) {
    const { action } = now.verdict;
    if (completing.includes(action) && !done.has(action)) await bring(args, now, host, undefined);
    else await sleep(2000, undefined, { signal: host.signal });
    done.add(action);
    now = await survey(args, present);
  }
  const labels = missingLabels(args, now);
  const through = now.evidence.cluster?.through;
  if (labels.length === 0 || through === undefined) return;
  const via = through === args.node_name ? host : host.on(through);
  await kubectl(via, [
    'label',
    'node',
    now.evidence.name,
    '--overwrite',
    ...labels.map(([name, value]) => `${name}=${value}`),
  ]);
}

function missingLabels(args: KubeadmArguments, { evidence }: Survey): (readonly [string, string])[] {
  const node = evidence.cluster?.answer.nodes.find((n) => n.name === evidence.name);
  return Object.entries(args.labels).filter(([name, value]) => node?.labels[name] !== value);
}

async function checkAbsent(args: KubeadmArguments, host: Reader) {
  const found = await survey(args, host);
  const { evidence } = found;
  const node = evidence.cluster?.answer.nodes.find((n) => n.name === evidence.name);
  const member = memberOf(evidence);
  const differences: Difference[] = [];
  if (!isBare(evidence.node))
    differences.push({ what: `cluster files of ${args.node_name}`, from: evidence.node.files.join(', '), to: null });
  const registered = !args.whole_cluster && (node !== undefined || member !== undefined);
  if (registered) differences.push({ what: `node ${args.node_name} in the cluster`, from: 'registered', to: null });
  return {
    present: found,
    differences,
    after: differences.length > 0 ? uncertain : [],
    result: { found: found.verdict.state },
  };
}

async function remove(
  args: KubeadmArguments,
  { evidence }: Survey,
  host: Writer,
  via: Writer | undefined,
): Promise<void> {
  const against = args.whole_cluster ? undefined : cannotLeave(args, evidence);
  if (against !== undefined)
    throw new TaskFailure(`${args.node_name} cannot be removed from its cluster: ${against}`, {
      hint: 'to remove the cluster itself, set whole_cluster: true',
    });
  if (!args.whole_cluster && via && via !== host) {
    const node = evidence.cluster?.answer.nodes.find((n) => n.name === evidence.name);
    await leave(evidence.name, via, memberOf(evidence), node && { drain: node.ready });
  }
  if (!isBare(evidence.node)) await reset(args, host);
}

/** A control plane holds the cluster's data: it is removed only if others demonstrably hold the data too. */
function cannotLeave(args: KubeadmArguments, { node, cluster, members, silent }: Evidence): string | undefined {
  const controlPlane = node.files.includes('etcdManifest') || node.files.includes('etcdData');
  if (!controlPlane) return undefined;
  if (!cluster)
    return `no control plane answers that could stay (${silent.map(({ host, why }) => `${host}: ${why}`).join('; ') || 'via names none'})`;
  if (!members) return 'etcd cannot be asked for its members';
  const member = memberOf({ members, name: nodeNameOf(args.node_name), address: args.node_ip });
  if (member)
    return (
      objection(members, member) ?? (cluster.through === args.node_name ? 'no other control plane answers' : undefined)
    );
  return node.files.includes('etcdData') && node.readyz === 'ok'
    ? `it is the control plane of another cluster than that of ${cluster.through}`
    : undefined;
}
