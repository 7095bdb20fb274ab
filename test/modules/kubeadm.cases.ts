import type { GivenHost } from '../../engine/module/testing.ts';
import {
  type Cluster,
  clusterProbe,
  etcdProbe,
  type NodeFiles,
  nodeFilesProbe,
} from '../../modules/kubernetes/cluster.ts';
import { kubeadm } from '../../modules/kubernetes/kubeadm.ts';
import type { ModuleCase } from './case.ts';

const args = {
  node_name: 'n',
  node_ip: '192.0.2.1',
  endpoint: 'api.test:6443',
  via: ['m'],
  cri_socket: 'unix:///c.sock',
  kubelet_extra_args: {},
  labels: {},
  ignore_preflight_errors: [],
  skip_phases: [],
  snapshot_dir: '/var/backups/etcd',
  whole_cluster: false,
  timeout_seconds: 900,
  wait_seconds: 0,
};
const config = { path: 'kubeadm-init.yaml.hbs', content: 'kind: InitConfiguration' };

const bare: NodeFiles = {
  files: [],
  pins: [],
  server: '',
  rotated: false,
  torn: false,
  busy: false,
  kubelet: 'inactive',
  readyz: null,
};
const joined: NodeFiles = {
  ...bare,
  files: ['kubeletConf', 'kubeletConfig'],
  pins: ['sha256:aa'],
  server: args.endpoint,
  rotated: true,
  kubelet: 'active',
};
const control: NodeFiles = {
  ...joined,
  files: ['adminConf', 'kubeletConf', 'apiManifest', 'etcdManifest', 'kubeletConfig', 'etcdData'],
  readyz: 'ok',
};
const none: Cluster = { answers: false, why: 'there is no admin.conf' };
const cluster = (...names: string[]): Cluster => ({
  answers: true,
  nodes: names.map((name) => ({
    name,
    ready: true,
    why: '',
    version: 'v1.20.2',
    address: name === 'n' ? '192.0.2.1' : '192.0.2.9',
    labels: { 'node-role.kubernetes.io/control-plane': '' },
  })),
  configuration: 'kind: ClusterConfiguration',
  discovery: true,
  proxy: true,
});
const members = (...names: string[]) =>
  names.map((name, i) => ({ id: `${i + 1}`, name, address: '', learner: false, healthy: true }));

const token = 'abcdef.0123456789abcdef';
const host = (node: NodeFiles, seen: Cluster = none): GivenHost => ({
  reads: { [nodeFilesProbe.key]: node, [clusterProbe.key]: seen, [etcdProbe.key]: null },
  outputs: { 'kubeadm version -o short': { stdout: 'v1.20.2\n' } },
});
const makesTokens =
  "kubeadm token create --ttl 30m --description 'tsplay: one join' --kubeconfig /etc/kubernetes/admin.conf";
const peer = (seen: Cluster, etcd = members('m')): GivenHost => ({
  reads: { [nodeFilesProbe.key]: seen.answers ? control : bare, [clusterProbe.key]: seen, [etcdProbe.key]: etcd },
  outputs: {
    [makesTokens]: { stdout: `${token}\n` },
    'kubeadm init phase upload-certs --upload-certs --config /dev/stdin': {
      stdout: `[upload-certs] Storing the certificates\n[upload-certs] Using certificate key:\n${'ab'.repeat(32)}\n`,
    },
  },
});

const join = 'kubeadm join --config /dev/stdin';
const deletesToken = 'm: kubeadm token delete abcdef --kubeconfig /etc/kubernetes/admin.conf';

export const cases: readonly ModuleCase[] = [
  {
    title: 'makes the cluster where nobody has one',
    module: kubeadm,
    args: {
      ...args,
      state: 'init',
      config,
      skip_phases: ['addon/coredns'],
      ignore_preflight_errors: ['SystemVerification'],
    },
    given: { ...host(bare), others: { m: peer(none) } },
    differences: [
      {
        what: 'control-plane n',
        from: 'absent: no control plane has a cluster',
        to: 'complete: the first node of a new cluster',
      },
    ],
    commands: [
      'kubeadm init --config /dev/stdin --skip-token-print --skip-phases=addon/coredns --ignore-preflight-errors=SystemVerification',
    ],
    result: { found: 'absent' },
    converges: 'unknown',
  },
  {
    title: 'joins a worker with a token that is deleted again, and nothing secret in a command line',
    module: kubeadm,
    args: { ...args, state: 'worker', labels: { 'node-role.kubernetes.io/worker': '' } },
    given: { ...host(bare), others: { m: peer(cluster('m')) } },
    differences: ['worker n', 'label node-role.kubernetes.io/worker of node n'],
    commands: [
      'kubeadm version -o short',
      `m: ${makesTokens}`,
      join,
      deletesToken,
      'm: kubectl --kubeconfig /etc/kubernetes/admin.conf label node n --overwrite node-role.kubernetes.io/worker=',
    ],
    converges: 'unknown',
  },
  {
    title: 'a joined node costs nothing',
    module: kubeadm,
    args: { ...args, state: 'worker' },
    given: { ...host(joined), others: { m: peer(cluster('m', 'n')) } },
    differences: [],
    message: 'complete',
  },
  {
    title: 'a name with upper case is that of the Node in lower case',
    module: kubeadm,
    args: { ...args, node_name: 'N', state: 'worker', labels: { zone: 'a' } },
    given: { ...host(joined), others: { m: peer(cluster('m', 'n')) } },
    differences: [{ what: 'label zone of node N', from: null, to: 'a' }],
    commands: ['m: kubectl --kubeconfig /etc/kubernetes/admin.conf label node n --overwrite zone=a'],
    converges: 'unknown',
  },
  {
    title: 'a name that no Node can have',
    module: kubeadm,
    args: { ...args, node_name: 'worker_1', state: 'worker' },
    given: {},
    fails: "node_name 'worker_1' cannot be the name of a Node",
  },
  {
    title: 'asks the next control plane where the first is silent',
    module: kubeadm,
    args: { ...args, state: 'worker', via: ['dead', 'm'] },
    given: { ...host(joined), others: { dead: peer({ answers: false, why: 'refused' }), m: peer(cluster('m', 'n')) } },
    differences: [],
  },
  {
    title: 'sets a label that is missing, and nothing else',
    module: kubeadm,
    args: { ...args, state: 'worker', labels: { zone: 'a' } },
    given: { ...host(joined), others: { m: peer(cluster('m', 'n')) } },
    differences: [{ what: 'label zone of node n', from: null, to: 'a' }],
    commands: ['m: kubectl --kubeconfig /etc/kubernetes/admin.conf label node n --overwrite zone=a'],
    converges: 'unknown',
  },
  {
    title: 'a half-done worker is reset, then joins',
    module: kubeadm,
    args: { ...args, state: 'worker' },
    given: {
      ...host({ ...bare, files: ['bootstrapConf', 'kubeletConfig'], pins: ['sha256:aa'] }),
      others: { m: peer(cluster('m')) },
    },
    differences: ['worker n'],
    result: { found: 'half-join' },
    converges: 'unknown',
  },
  {
    title: 'nothing is reset where it would cost the quorum',
    module: kubeadm,
    args: { ...args, state: 'control-plane' },
    given: {
      ...host({ ...control, readyz: 'refused' }),
      others: {
        m: peer(cluster('m'), [
          { ...members('n')[0]!, healthy: false },
          { ...members('m')[0]!, id: '2', healthy: false },
        ]),
      },
    },
    fails: 'etcd would lose its quorum',
  },
  {
    title: 'a node of another cluster is left alone',
    module: kubeadm,
    args: { ...args, state: 'worker' },
    given: { ...host({ ...joined, pins: ['sha256:bb'] }), others: { m: peer(cluster('m')) } },
    fails: 'n is foreign: this host trusts the CA sha256:bb',
  },
  {
    title: "'all' is no list of checks",
    module: kubeadm,
    args: { ...args, state: 'worker', ignore_preflight_errors: ['all'] },
    given: {},
    fails: "'all' would hide",
  },
  {
    title: 'the only control plane does not leave',
    module: kubeadm,
    args: { ...args, state: 'absent', via: [] },
    given: {
      reads: { [nodeFilesProbe.key]: control, [clusterProbe.key]: cluster('n'), [etcdProbe.key]: members('n') },
    },
    fails: 'it is the only control plane',
  },
  {
    title: 'a host without a cluster is absent',
    module: kubeadm,
    args: { ...args, state: 'absent', via: [] },
    given: host(bare),
    differences: [],
  },
];
