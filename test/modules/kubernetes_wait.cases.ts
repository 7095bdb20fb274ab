import { type Cluster, clusterProbe } from '../../modules/kubernetes/cluster.ts';
import { kubernetes_wait } from '../../modules/kubernetes/kubernetes_wait.ts';
import { type Trouble, wordsProbe } from '../../modules/kubernetes/pods.ts';
import type { ModuleCase } from './case.ts';

const cluster = (ready: boolean): Cluster => ({
  answers: true,
  nodes: [
    { name: 'n', ready, why: ready ? '' : 'cni plugin not initialized', version: 'v1.36.4', address: '', labels: {} },
  ],
  configuration: '',
  discovery: true,
  proxy: true,
});
const silent: Cluster = { answers: false, why: 'refused' };
const sees = (seen: Cluster) => ({ reads: { [clusterProbe.key]: seen } });

const troubled = (more: Partial<Trouble>) => {
  const trouble: Trouble = {
    namespace: 'kube-flannel',
    pod: 'flannel-1',
    node: 'n',
    container: 'install-cni',
    state: '',
    message: '',
    restarts: 0,
    end: null,
    ...more,
  };
  const said = { log: ['cp: not found'], event: '' };
  return {
    reads: { [clusterProbe.key]: cluster(false), 'cluster:pods-of:n': [trouble], [wordsProbe(trouble).key]: said },
  };
};

export const cases: readonly ModuleCase[] = [
  {
    title: 'a Ready node',
    module: kubernetes_wait,
    args: { nodes: ['n'], via: [], timeout: 1 },
    given: sees(cluster(true)),
    differences: [],
  },
  {
    title: 'asked through the one that answers',
    module: kubernetes_wait,
    args: { nodes: ['n'], via: ['a', 'b'], timeout: 1 },
    given: { others: { a: sees(silent), b: sees(cluster(true)) } },
    differences: [],
  },
  {
    title: 'never Ready',
    module: kubernetes_wait,
    args: { nodes: ['n'], via: [], timeout: 0 },
    given: { reads: { [clusterProbe.key]: cluster(false), 'cluster:pods-of:n': [] } },
    fails: 'after 0 s: node n is NotReady (cni plugin not initialized)',
  },
  {
    title: 'never Ready, and the pod that is the reason, with its last words',
    module: kubernetes_wait,
    args: { nodes: ['N'], via: [], timeout: 0 },
    given: troubled({ state: 'Init:CrashLoopBackOff', restarts: 2, end: { code: 1, reason: 'Error', at: 0 } }),
    fails:
      'pod kube-flannel/flannel-1 (install-cni): Init:CrashLoopBackOff, restarted twice; last end: exit code 1 (Error); its last words: cp: not found',
  },
  {
    title: 'an image that does not exist: no waiting',
    module: kubernetes_wait,
    args: { nodes: ['n'], via: [], timeout: 600 },
    given: troubled({ state: 'Init:ErrImagePull', message: 'example/a:1: not found' }),
    fails: 'waiting cannot help (pod kube-flannel/flannel-1 (install-cni): the image is not where it is fetched from)',
  },
  {
    title: 'not there',
    module: kubernetes_wait,
    args: { nodes: ['x'], via: [], timeout: 0 },
    given: sees(cluster(true)),
    fails: 'node x is not in the cluster',
  },
  {
    title: 'nobody answers',
    module: kubernetes_wait,
    args: { nodes: ['n'], via: ['a'], timeout: 0 },
    given: { others: { a: sees(silent) } },
    fails: 'a: refused',
  },
];
