import type {
  ClusterAnswer,
  ClusterNode,
  EtcdMember,
  NodeFile,
  NodeFiles,
} from '../../../../modules/kubernetes/cluster.ts';
import type { Evidence } from '../../../../modules/kubernetes/kubeadm/evidence.ts';

/** Hosts and clusters to judge: all the same node `n`, each case changing what it is about. */
export const pin = 'sha256:aaaa';
export const endpoint = 'api.test:6443';

export const bare: NodeFiles = {
  files: [],
  pins: [],
  server: '',
  rotated: false,
  torn: false,
  busy: false,
  kubelet: 'inactive',
  readyz: null,
};
export const node = (files: readonly NodeFile[], more: Partial<NodeFiles> = {}): NodeFiles => ({
  ...bare,
  files,
  pins: [pin],
  server: files.includes('kubeletConf') ? endpoint : '',
  kubelet: 'active',
  ...more,
});
export const controlFiles: readonly NodeFile[] = [
  'adminConf',
  'kubeletConf',
  'apiManifest',
  'etcdManifest',
  'kubeletConfig',
  'etcdData',
];
export const workerFiles: readonly NodeFile[] = ['kubeletConf', 'kubeletConfig'];
export const control = node(controlFiles, { rotated: true, readyz: 'ok' });
export const joined = node(workerFiles, { rotated: true });

export const marked = { 'node-role.kubernetes.io/control-plane': '' };
export const object = (more: Partial<ClusterNode> = {}): ClusterNode => ({
  name: 'n',
  ready: true,
  why: '',
  version: 'v1.36.4',
  address: '192.0.2.1',
  labels: {},
  ...more,
});
export const answer = (nodes: readonly ClusterNode[], more: Partial<ClusterAnswer> = {}): ClusterAnswer => ({
  answers: true,
  nodes,
  configuration: 'kind: ClusterConfiguration',
  discovery: true,
  proxy: true,
  ...more,
});
export const through = (cluster: ClusterAnswer, host = 'other') => ({
  through: host,
  own: host === 'n',
  pins: [pin],
  answer: cluster,
});
export const member = (more: Partial<EtcdMember> = {}): EtcdMember => ({
  id: '1',
  name: 'n',
  address: '192.0.2.1',
  learner: false,
  healthy: true,
  ...more,
});
export const silent = (bareHost: boolean) => [
  { host: 'other', why: 'there is no admin.conf', bare: bareHost, pins: [] },
];

export const first: Evidence = {
  role: 'control-plane',
  founds: true,
  name: 'n',
  address: '192.0.2.1',
  endpoint,
  proxy: true,
  node: bare,
  cluster: null,
  silent: silent(true),
  members: null,
};
export const further: Evidence = { ...first, founds: false, cluster: through(answer([])), silent: [], members: [] };
export const worker: Evidence = { ...further, role: 'worker', members: null };
