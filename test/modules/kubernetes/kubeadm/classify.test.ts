import { expect } from 'chai';
import { classify } from '../../../../modules/kubernetes/kubeadm/classify.ts';
import type { Evidence, Verdict } from '../../../../modules/kubernetes/kubeadm/evidence.ts';
import {
  answer,
  control,
  controlFiles,
  first,
  further,
  joined,
  marked,
  member,
  node,
  object,
  silent,
  through,
  worker,
  workerFiles,
} from './evidence.ts';

const cases: readonly (readonly [
  title: string,
  evidence: Evidence,
  state: Verdict['state'],
  action: Verdict['action'],
  why?: string,
])[] = [
  // absent
  ['nothing anywhere: the first control plane makes the cluster', first, 'absent', 'init'],
  [
    'nothing anywhere: another control plane waits for the first',
    { ...first, founds: false },
    'down',
    'refuse',
    'no control plane has a cluster yet',
  ],
  [
    'nothing anywhere: a worker cannot join',
    { ...worker, cluster: null, silent: silent(true) },
    'down',
    'refuse',
    'no control plane answers',
  ],
  ['a bare host joins', further, 'absent', 'join'],
  ['the first control plane, made anew, joins what the others have', { ...further, founds: true }, 'absent', 'join'],
  ['a bare worker joins', worker, 'absent', 'join'],
  [
    'no second cluster beside one that is silent',
    { ...first, silent: silent(false) },
    'down',
    'refuse',
    'has files of a cluster',
  ],
  // foreign
  ['another CA', { ...worker, node: { ...joined, pins: ['sha256:bbbb'] } }, 'foreign', 'refuse', 'sha256:bbbb'],
  [
    'another API server',
    { ...worker, node: { ...joined, server: 'old.test:6443' } },
    'foreign',
    'refuse',
    'old.test:6443',
  ],
  [
    'a control plane whose kubelet asks its own API server is none',
    {
      ...further,
      node: { ...control, server: '192.0.2.1:6443' },
      cluster: through(answer([object({ labels: marked })])),
    },
    'complete',
    'none',
  ],
  ['a worker that has the other role', { ...worker, node: control }, 'other-role', 'refuse'],
  [
    'a control plane that is a worker',
    { ...further, node: joined, cluster: through(answer([object()])) },
    'other-role',
    'refuse',
  ],
  [
    'another host with this name',
    { ...worker, cluster: through(answer([object({ address: '192.0.2.9' })])) },
    'name-taken',
    'refuse',
    '192.0.2.9',
  ],
  // half init
  [
    'init stopped before its configuration was stored',
    {
      ...first,
      node: node(controlFiles, { readyz: 'ok' }),
      cluster: through(answer([object()], { configuration: '', discovery: false, proxy: false }), 'n'),
    },
    'half-init',
    'finish-init',
    'the stored configuration',
  ],
  [
    'init stopped before nodes can find the cluster',
    { ...first, node: control, cluster: through(answer([object()], { discovery: false, proxy: false }), 'n') },
    'half-init',
    'finish-init',
  ],
  [
    'init stopped before the last addon',
    { ...first, node: control, cluster: through(answer([object({ labels: marked })], { proxy: false }), 'n') },
    'half-init',
    'finish-init',
    'kube-proxy',
  ],
  [
    'no kube-proxy where it is not wanted',
    {
      ...first,
      proxy: false,
      node: control,
      cluster: through(answer([object({ labels: marked })], { proxy: false }), 'n'),
    },
    'complete',
    'none',
  ],
  [
    'init stopped before the API server came up',
    { ...first, node: node(['adminConf', 'kubeletConf', 'apiManifest'], { readyz: 'refused' }) },
    'dead-init',
    'reinit',
  ],
  ['init stopped at the first files', { ...first, node: node(['adminConf']) }, 'dead-init', 'reinit'],
  [
    'an init that was finished is never taken for a half one',
    { ...first, node: { ...control, readyz: 'refused', kubelet: 'failed' } },
    'down',
    'refuse',
    'refused',
  ],
  [
    'a half init is not reset while another control plane has files',
    { ...first, node: node(['adminConf']), silent: silent(false) },
    'down',
    'refuse',
  ],
  [
    'the API server answers only after its files were read: init goes on where it stopped',
    {
      ...first,
      node: node(controlFiles, { readyz: 'etcd failed' }),
      cluster: through(answer([object()], { configuration: '', discovery: false, proxy: false }), 'n'),
    },
    'half-init',
    'finish-init',
  ],
  [
    'init stopped before the kubelet had registered its Node and etcd cannot be asked',
    { ...first, node: node(['adminConf', 'apiManifest'], { readyz: 'ok' }), cluster: through(answer([]), 'n') },
    'dead-init',
    'reinit',
  ],
  [
    'a half init is not reset while the cluster has another Node',
    {
      ...first,
      node: node(['adminConf', 'apiManifest'], { readyz: 'ok' }),
      cluster: through(answer([object({ name: 'w', address: '192.0.2.7' })]), 'n'),
    },
    'down',
    'refuse',
    'etcd cannot be asked',
  ],
  ['init stopped while it wrote a key', { ...first, node: node([], { torn: true }) }, 'dead-init', 'reinit'],
  [
    'the first control plane after a reboot',
    { ...first, node: { ...control, readyz: 'refused' } },
    'ill',
    'wait',
    'refused',
  ],
  [
    'an init is still at work',
    { ...first, node: node(['adminConf'], { busy: true }) },
    'busy',
    'wait',
    'a kubeadm is at work',
  ],
  [
    'nothing is reset while a join is still at work',
    { ...worker, node: node(['bootstrapConf', 'kubeletConfig'], { busy: true }) },
    'busy',
    'wait',
  ],
  // who the host is already
  [
    'a node that was renamed',
    { ...worker, name: 'new', node: joined, cluster: through(answer([object()])) },
    'renamed',
    'refuse',
    "as Node 'n', not 'new'",
  ],
  [
    'the address of another node',
    { ...worker, name: 'new', cluster: through(answer([object()])) },
    'renamed',
    'refuse',
  ],
  [
    'a host that was wiped and renamed, after its old Node has gone',
    { ...worker, name: 'new', cluster: through(answer([object({ ready: false })])) },
    'absent',
    'join',
  ],
  [
    'a control plane of another cluster that is silent',
    { ...first, node: control, silent: [{ ...silent(false)[0]!, pins: ['sha256:bbbb'] }] },
    'foreign',
    'refuse',
    'the cluster of other has sha256:bbbb',
  ],
  [
    'two clusters among the control planes',
    {
      ...further,
      silent: [{ ...silent(false)[0]!, pins: ['sha256:bbbb'] }],
      cluster: through(answer([]), 'third'),
    },
    'foreign',
    'refuse',
    'are of different clusters',
  ],
  // a node that works
  [
    'a worker that works, without its kubelet.conf, is never reset',
    { ...worker, node: node(['kubeletConfig']), cluster: through(answer([object()])) },
    'ill',
    'wait',
  ],
  [
    'a control plane that works, without its etcd member, is never reset',
    {
      ...further,
      node: { ...control, readyz: 'refused' },
      cluster: through(answer([object({ labels: marked })])),
      members: [member({ id: '2', name: 'other', address: '192.0.2.9' })],
    },
    'ill',
    'refuse',
    'etcd has no member',
  ],
  // half join of a worker
  [
    'join stopped before the kubelet had a certificate',
    { ...worker, node: node(['bootstrapConf', 'kubeletConfig']) },
    'half-join',
    'rejoin',
  ],
  [
    'join stopped, Node not Ready',
    { ...worker, node: node([...workerFiles, 'bootstrapConf']), cluster: through(answer([object({ ready: false })])) },
    'half-join',
    'rejoin',
  ],
  [
    'join stopped at the very end',
    { ...worker, node: node([...workerFiles, 'bootstrapConf']), cluster: through(answer([object()])) },
    'leftover',
    'clean',
  ],
  // half join of a control plane
  ['join stopped after the kubeconfigs', { ...further, node: node(['adminConf']) }, 'half-join', 'rejoin', 'no Node'],
  [
    'join stopped before etcd',
    { ...further, node: node(controlFiles.slice(0, 4), { readyz: 'refused' }), cluster: through(answer([object()])) },
    'half-join',
    'rejoin',
    'no etcd member',
  ],
  [
    'member still a learner',
    {
      ...further,
      node: { ...control, readyz: 'refused' },
      cluster: through(answer([object()])),
      members: [member({ learner: true })],
    },
    'half-join',
    'rejoin',
    'learner',
  ],
  [
    'member never started',
    {
      ...further,
      node: { ...control, readyz: 'refused' },
      cluster: through(answer([object()])),
      members: [member({ name: '' })],
    },
    'half-join',
    'rejoin',
    'never started',
  ],
  [
    'only the label is missing',
    { ...further, node: control, cluster: through(answer([object()])), members: [member()] },
    'unmarked',
    'mark',
  ],
  [
    'a complete one whose API server is ill',
    {
      ...further,
      node: { ...control, readyz: 'etcd failed' },
      cluster: through(answer([object({ labels: marked })])),
      members: [member()],
    },
    'ill',
    'wait',
    'etcd failed',
  ],
  [
    'etcd cannot be asked: nothing is decided',
    { ...further, node: node(['adminConf']), members: null },
    'down',
    'refuse',
  ],
  // complete
  [
    'a complete control plane',
    { ...further, node: control, cluster: through(answer([object({ labels: marked })])) },
    'complete',
    'none',
    'Ready',
  ],
  [
    'the label of older versions',
    {
      ...further,
      node: control,
      cluster: through(answer([object({ labels: { 'node-role.kubernetes.io/master': '' } })])),
    },
    'complete',
    'none',
  ],
  ['a complete worker', { ...worker, node: joined, cluster: through(answer([object()])) }, 'complete', 'none', 'Ready'],
  [
    'joined, but without a network',
    { ...worker, node: joined, cluster: through(answer([object({ ready: false })])) },
    'complete',
    'none',
    'NotReady',
  ],
  // stale
  ['files, but no Node', { ...worker, node: joined }, 'stale', 'rejoin'],
  ['a Node, but no files', { ...worker, cluster: through(answer([object({ ready: false })])) }, 'stale', 'rejoin'],
  [
    'a Node, still Ready, of the same host, wiped just now',
    { ...worker, cluster: through(answer([object()])) },
    'stale',
    'rejoin',
  ],
  ['an etcd member, but no files', { ...further, members: [member()] }, 'stale', 'rejoin', 'etcd has a member'],
  [
    'control plane, files but no Node',
    { ...further, node: control, members: [member()] },
    'stale',
    'rejoin',
    'no Node',
  ],
];

describe('the state of a node', () => {
  for (const [title, evidence, state, action, why] of cases)
    it(`${title}: ${state} → ${action}`, () => {
      const verdict = classify(evidence);
      expect({ state: verdict.state, action: verdict.action }).to.deep.equal({ state, action });
      if (why !== undefined) expect(verdict.why).to.include(why);
    });
});
