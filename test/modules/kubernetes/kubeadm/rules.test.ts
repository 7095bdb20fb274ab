import { expect } from 'chai';
import { TaskFailure } from '../../../../engine/module/failure.ts';
import type { Writer } from '../../../../engine/module/module.ts';
import type { EtcdMember } from '../../../../modules/kubernetes/cluster.ts';
import type { KubeadmArguments } from '../../../../modules/kubernetes/kubeadm/arguments.ts';
import { apiVersionOf } from '../../../../modules/kubernetes/kubeadm/arguments.ts';
import { expectKubeadm } from '../../../../modules/kubernetes/kubeadm/explain.ts';
import { remainingPhases } from '../../../../modules/kubernetes/kubeadm/init.ts';
import { joinConfiguration } from '../../../../modules/kubernetes/kubeadm/join.ts';
import { kubectl, objection } from '../../../../modules/kubernetes/kubeadm/reset.ts';

const voter = (id: string, more: Partial<EtcdMember> = {}): EtcdMember => ({
  id,
  name: `n${id}`,
  address: '',
  learner: false,
  healthy: true,
  ...more,
});
const dead = { healthy: false };

describe('who may leave etcd', () => {
  const cases: readonly (readonly [string, readonly EtcdMember[], string | undefined])[] = [
    ['the only member stays', [voter('1')], 'only control plane'],
    ['one of two, the other healthy', [voter('1'), voter('2')], undefined],
    ['one of two, the other dead', [voter('1'), voter('2', dead)], 'quorum'],
    ['one of three', [voter('1'), voter('2'), voter('3')], undefined],
    ['one of three, one of the others dead', [voter('1'), voter('2'), voter('3', dead)], 'quorum'],
    ['a dead one of three', [voter('1', dead), voter('2'), voter('3')], undefined],
    ['one that has never started', [voter('1', { name: '', healthy: false }), voter('2')], undefined],
    ['a learner', [voter('1', { learner: true }), voter('2')], undefined],
  ];
  for (const [title, members, against] of cases)
    it(title, () => {
      const said = objection(members, members[0]!);
      if (against === undefined) expect(said).to.equal(undefined);
      else expect(said).to.include(against);
    });
});

describe("kubeadm's configuration", () => {
  for (const [version, api] of [
    ['v1.14.10', undefined],
    ['v1.15.0', 'v1beta2'],
    ['v1.20.2', 'v1beta2'],
    ['v1.22.0', 'v1beta3'],
    ['v1.30.9', 'v1beta3'],
    ['v1.31.0', 'v1beta4'],
    ['1.36.4', 'v1beta4'],
    ['nonsense', undefined],
  ] as const)
    it(`${version} reads ${api ?? 'nothing known'}`, () => expect(apiVersionOf(version)).to.equal(api));

  const args: KubeadmArguments = {
    node_name: 'n',
    node_ip: '192.0.2.1',
    endpoint: 'api.test:6443',
    cri_socket: 'unix:///c.sock',
    kubelet_extra_args: { v: '2' },
    state: 'worker',
    via: [],
    labels: {},
    ignore_preflight_errors: [],
    skip_phases: [],
    snapshot_dir: '/var/backups/etcd',
    whole_cluster: false,
    timeout_seconds: 900,
    wait_seconds: 0,
  };

  it('of a worker, older form', () =>
    expect(joinConfiguration(args, 'v1beta2', ['sha256:aa'], { token: 'abcdef.0123456789abcdef' })).to.deep.equal({
      apiVersion: 'kubeadm.k8s.io/v1beta2',
      kind: 'JoinConfiguration',
      discovery: {
        bootstrapToken: {
          token: 'abcdef.0123456789abcdef',
          apiServerEndpoint: 'api.test:6443',
          caCertHashes: ['sha256:aa'],
        },
      },
      nodeRegistration: {
        name: 'n',
        criSocket: 'unix:///c.sock',
        kubeletExtraArgs: { 'node-ip': '192.0.2.1', v: '2' },
      },
    }));

  it('of a control plane, newer form', () => {
    const config = joinConfiguration(args, 'v1beta4', ['sha256:aa'], { token: 't', certificateKey: 'k' });
    expect(config).to.deep.include({
      controlPlane: { localAPIEndpoint: { advertiseAddress: '192.0.2.1', bindPort: 6443 }, certificateKey: 'k' },
    });
    expect(config)
      .to.have.nested.property('nodeRegistration.kubeletExtraArgs')
      .that.deep.equals([
        { name: 'node-ip', value: '192.0.2.1' },
        { name: 'v', value: '2' },
      ]);
  });
});

describe('the phases that finish an init', () => {
  it('all', () => expect(remainingPhases([])).to.have.length(6));
  it('without one addon', () => expect(remainingPhases(['addon/coredns'])).to.not.include('addon coredns'));
  it('without all addons', () =>
    expect(remainingPhases(['addon'])).to.deep.equal([
      'upload-config all',
      'mark-control-plane',
      'bootstrap-token',
      'kubelet-finalize all',
    ]));
});

describe('what kubeadm says, in plain words', () => {
  for (const [stderr, words] of [
    [
      'error execution phase preflight: couldn\'t validate the identity of the API Server: could not find a JWS signature in the cluster-info ConfigMap for token ID "abcdef"',
      'expired',
    ],
    [
      'error execution phase control-plane-prepare/download-certs: error downloading certs: Secret "kubeadm-certs" was not found in the "kube-system" Namespace.',
      'certificates for a new control plane',
    ],
    [
      'error execution phase kubelet-start: a Node with name "n" and status "Ready" already exists in the cluster.',
      'same name',
    ],
    [
      "error execution phase preflight: \n\nunable to add a new control plane instance to a cluster that doesn't have a stable controlPlaneEndpoint address",
      'controlPlaneEndpoint',
    ],
    [
      'error execution phase preflight: [preflight] Some fatal errors occurred:\n\t[ERROR FileAvailable--etc-kubernetes-kubelet.conf]: /etc/kubernetes/kubelet.conf already exists',
      'remains of an earlier',
    ],
    ['\t[ERROR Port-6443]: Port 6443 is in use', 'in use by another program'],
    ['\t[ERROR NumCPU]: the number of available CPUs 1 is less than the required 2', 'not fit'],
    ['something new', 'exit code 1: something new'],
  ] as const)
    it(words, () => {
      expect(() => expectKubeadm(['kubeadm', 'join'], { code: 1, stdout: '', stderr }))
        .to.throw(TaskFailure)
        .with.property('message')
        .that.includes(words);
    });
});

describe('kubectl while a member leaves etcd', () => {
  const answering = (...stderr: string[]) => {
    let asked = 0;
    const run = () =>
      Promise.resolve({ code: stderr[asked] === '' ? 0 : 1, stdout: '', stderr: stderr[asked++] ?? '' });
    return { via: { run } as unknown as Writer, asked: () => asked };
  };
  for (const said of ['Unable to connect to the server: unexpected EOF', 'etcdserver: leader changed'])
    it(`asks again after: ${said}`, async () => {
      const { via, asked } = answering(said, '');
      await kubectl(via, ['delete', 'node', 'n']);
      expect(asked()).to.equal(2);
    });
  it('fails at once with what will not change', async () => {
    const { via, asked } = answering('Error from server (Forbidden): nodes is forbidden');
    const error = await kubectl(via, ['delete', 'node', 'n']).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message').that.includes('is forbidden');
    expect(asked()).to.equal(1);
  });
});
