import {
  type Cluster,
  clusterProbe,
  etcdProbe,
  type NodeFiles,
  nodeFilesProbe,
} from '../../modules/kubernetes/cluster.ts';
import { kubeadm_preflight } from '../../modules/kubernetes/kubeadm_preflight.ts';
import type { ModuleCase } from './case.ts';
import { answer, bare, control, endpoint, joined, object, pin } from './kubernetes/kubeadm/evidence.ts';

const none: Cluster = { answers: false, why: 'there is no admin.conf' };
const sees = (files: NodeFiles, cluster: Cluster = none) => ({
  reads: { [nodeFilesProbe.key]: files, [clusterProbe.key]: cluster, [etcdProbe.key]: null },
});
const one = (title: string, state: string, given: object, outcome: object, more: object = {}): ModuleCase => ({
  title,
  module: kubeadm_preflight,
  args: { state, node_name: 'n', node_ip: '192.0.2.1', endpoint, via: ['m', 'o'], ...more },
  given,
  ...outcome,
});
const fine = { differences: [] };

export const cases: readonly ModuleCase[] = [
  one('fresh hosts', 'control-plane', { ...sees(bare), others: { m: sees(bare), o: sees(bare) } }, fine),
  one(
    'a worker before there is a cluster',
    'worker',
    { ...sees(bare), others: { m: sees(bare), o: sees(bare) } },
    fine,
  ),
  one(
    'a cluster whose control planes are all down',
    'worker',
    { ...sees(joined), others: { m: sees(control), o: sees(control) } },
    fine,
  ),
  one(
    'a node that has joined',
    'worker',
    { ...sees(joined), others: { m: sees(control, answer([object()])), o: sees(bare) } },
    fine,
  ),
  one(
    'a worker that is to be a control plane',
    'control-plane',
    { ...sees(joined), others: { m: sees(control, answer([object()])), o: sees(bare) } },
    { fails: 'n is other-role: this host is a worker' },
  ),
  one(
    'a control plane that is to be a worker, while its cluster is silent',
    'worker',
    { ...sees(control), others: { m: sees(bare), o: sees(bare) } },
    { fails: 'n is other-role: this host is a control plane' },
  ),
  one(
    'a node that was renamed',
    'worker',
    { ...sees(joined), others: { m: sees(control, answer([object({ name: 'old' })])), o: sees(bare) } },
    { fails: "as Node 'old', not 'n'" },
  ),
  one(
    "two clusters' control planes",
    'worker',
    { ...sees(bare), others: { m: sees(control), o: sees({ ...control, pins: ['sha256:bbbb'] }) } },
    { fails: `different clusters: m has the CA ${pin}, o has sha256:bbbb` },
  ),
  one('a name that no Node can have', 'worker', {}, { fails: "node_name 'a_b'" }, { node_name: 'a_b' }),
];
