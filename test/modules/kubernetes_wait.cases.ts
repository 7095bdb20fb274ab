import { type Cluster, clusterProbe } from '../../modules/kubernetes/cluster.ts';
import { kubernetes_wait } from '../../modules/kubernetes/kubernetes_wait.ts';
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
    given: sees(cluster(false)),
    fails: 'node n is NotReady',
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
