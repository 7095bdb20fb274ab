import { expect } from 'chai';
import type { ClusterAnswer } from '../../../modules/kubernetes/cluster.ts';
import { attempts, dialled, readyPods } from '../../../modules/kubernetes/health/connections.ts';
import { type Finding, findings, type Sight, tableOf } from '../../../modules/kubernetes/health/findings.ts';
import {
  balancerProbe,
  type EtcdStatus,
  nodeProbe,
  nthAddress,
  overviewProbe,
} from '../../../modules/kubernetes/health/read.ts';

const out = (stdout: string, code = 0, stderr = '') => ({ code, stdout, stderr });
const node = (name: string, more: object = {}) => ({
  name,
  ready: true,
  why: '',
  version: 'v1.36.3',
  address: '',
  labels: {},
  ...more,
});
const answer = (nodes: ClusterAnswer['nodes']): ClusterAnswer => ({
  answers: true,
  nodes,
  configuration: '',
  discovery: true,
  proxy: true,
});
const member = (name: string, more: Partial<EtcdStatus> = {}): EtcdStatus => ({
  name,
  learner: false,
  healthy: true,
  leader: false,
  bytes: 20 * 1024 ** 2,
  ...more,
});
const three = [member('m1', { leader: true }), member('m2'), member('m3')];
const pods = { total: 12, troubles: [], versions: ['v1.36.3'] };
const overview = {
  cluster: answer(['m1', 'm2', 'm3', 'w1'].map((name) => node(name))),
  pods,
  etcd: three,
  endpoint: 'ok',
};
const sight = { clock: 0, certificates: [{ file: 'a.crt', until: 364 * 86_400 }], service: 'ok', dns: 'ok' };
const well: Sight = {
  controlPlanes: ['m1', 'm2', 'm3'],
  workers: ['w1'],
  silent: [],
  overview,
  words: new Map(),
  nodes: new Map(['m1', 'm2', 'm3', 'w1'].map((name) => [name, sight])),
  balancers: new Map([
    ['lb1', ['m1', 'm2', 'm3'].map((name) => ({ name, up: true, says: 'UP' }))],
    ['lb2', ['m1', 'm2', 'm3'].map((name) => ({ name, up: true, says: 'UP' }))],
  ]),
  now: 0,
};
const limits = { clockSkewSeconds: 30, certificateDays: 30 };
const seen = (list: readonly Finding[], verdict: Finding['verdict']) =>
  list.filter((one) => one.verdict === verdict).map(({ subject, says }) => `${subject}: ${says}`);
const withNodes = (nodes: ClusterAnswer['nodes']): Sight => ({
  ...well,
  overview: { ...overview, cluster: answer(nodes) },
});
const withEtcd = (etcd: readonly EtcdStatus[] | string): Sight => ({ ...well, overview: { ...overview, etcd } });
const at = (host: string, more: object): Sight => ({
  ...well,
  nodes: new Map([...well.nodes, [host, { ...sight, ...more }]]),
});
const all = overview.cluster.nodes;

const cases: readonly (readonly [title: string, sight: Sight, wrong: readonly string[], notes?: readonly string[]])[] =
  [
    ['all well', well, []],
    [
      'a node that is not Ready, in its own words',
      withNodes([...all.slice(0, 3), node('w1', { ready: false, why: 'cni plugin not initialized' })]),
      ['node w1: NotReady: cni plugin not initialized'],
    ],
    ['a node that has not joined', withNodes(all.slice(0, 3)), ['node w1: is in the inventory, not in the cluster']],
    [
      'a node of somebody else',
      withNodes([...all, node('x')]),
      [],
      ['node x: is in the cluster, not in the inventory'],
    ],
    ['upper case in the inventory is the same node', { ...well, workers: ['W1'] }, []],
    [
      'a kubelet that is newer than the API server',
      withNodes([...all.slice(0, 3), node('w1', { version: 'v1.37.0' })]),
      ['node w1: kubelet v1.37.0 does not go with an API server v1.36.3'],
    ],
    [
      'a kubelet that is one minor behind',
      withNodes([...all.slice(0, 3), node('w1', { version: 'v1.35.4' })]),
      [],
      ['versions: kubelets v1.35.4, v1.36.3; API servers v1.36.3'],
    ],
    [
      'a member that does not answer',
      withEtcd([three[0]!, three[1]!, member('m3', { healthy: false })]),
      ['etcd member m3: does not answer, or knows no leader'],
      ['tolerance: none: the loss of a control plane stops the API'],
    ],
    [
      'a member that is missing',
      withEtcd(three.slice(0, 2)),
      ['etcd member m3: is missing: the control plane of the inventory holds no data'],
      ['tolerance: none: the loss of a control plane stops the API'],
    ],
    [
      'a member of nobody',
      withEtcd([...three, member('old')]),
      ['etcd member old: is no control plane of the inventory'],
    ],
    [
      'a learner',
      withEtcd([...three.slice(0, 2), member('m3', { learner: true })]),
      ['etcd member m3: is still a learner'],
      ['tolerance: none: the loss of a control plane stops the API'],
    ],
    [
      'no leader',
      withEtcd(three.map((m) => ({ ...m, leader: false }))),
      ['etcd: 3 of 3 members healthy, leader none, 20 MB'],
    ],
    [
      'a database at its limit',
      withEtcd([{ ...three[0]!, bytes: 2 * 1024 ** 3 }, three[1]!, three[2]!]),
      ['etcd: its database is near its limit: compact and defragment it'],
    ],
    ['etcd cannot be asked', withEtcd('no such container'), ['etcd: cannot be asked: no such container']],
    [
      'the API endpoint',
      { ...well, overview: { ...overview, endpoint: 'connection refused' } },
      ['API endpoint: no answer by the name that nodes use: connection refused'],
    ],
    [
      'a server that the load balancer does not use',
      {
        ...well,
        balancers: new Map([
          [
            'lb1',
            [
              ...['m1', 'm2'].map((name) => ({ name, up: true, says: 'UP' })),
              { name: 'm3', up: false, says: 'DOWN L7STS' },
            ],
          ],
        ]),
      },
      ['load balancer lb1: does not use m3: DOWN L7STS'],
      ['load balancers: one: a single point of failure'],
    ],
    [
      'a load balancer that does not know a control plane, and one that cannot be asked',
      {
        ...well,
        balancers: new Map<string, Sight['balancers'] extends ReadonlyMap<string, infer T> ? T : never>([
          ['lb1', ['m1', 'm2'].map((name) => ({ name, up: true, says: 'UP' }))],
          ['lb2', 'no such file'],
        ]),
      },
      ['load balancer lb1: does not know m3', 'load balancer lb2: no such file'],
    ],
    ['a service that a node does not reach', at('w1', { service: 'no answer' }), ['service address on w1: no answer']],
    ['a DNS that a node does not reach', at('w1', { dns: 'no answer' }), ['cluster DNS on w1: no answer']],
    [
      'an expired certificate',
      at('w1', { certificates: [{ file: 'k.pem', until: -2 * 86_400 }] }),
      ['certificate on w1: k.pem expired 2 days ago'],
    ],
    [
      'a certificate that ends soon',
      at('w1', { certificates: [{ file: 'k.pem', until: 9 * 86_400 }] }),
      [],
      ['certificate on w1: k.pem has 9 days left'],
    ],
    ['a clock', at('w1', { clock: 95 }), ['clock of w1: 95 s off from the others']],
    [
      'a host that is lost',
      { ...well, nodes: new Map([...well.nodes, ['w1', 'connection timed out']]) },
      ['host w1: connection timed out'],
    ],
    [
      'a control plane that is silent while another answers',
      { ...well, silent: [{ host: 'm1', why: 'refused' }] },
      ['control plane m1: refused'],
    ],
    [
      'no control plane answers',
      { ...well, overview: null, silent: [{ host: 'm1', why: 'refused' }] },
      ['control plane m1: refused', 'cluster: no control plane answers'],
    ],
    [
      'a pod that crashes, with its last words',
      (() => {
        const trouble = {
          namespace: 'kube-system',
          pod: 'coredns-1',
          node: 'w1',
          container: 'coredns',
          state: 'CrashLoopBackOff',
          message: '',
          restarts: 4,
          end: { code: 1, reason: 'Error', at: 0 },
        };
        return {
          ...well,
          overview: { ...overview, pods: { ...pods, troubles: [trouble] } },
          words: new Map([[trouble, { log: ['plugin/forward: no nameservers found'], event: '' }]]),
        };
      })(),
      [
        'pod kube-system/coredns-1 on w1: CrashLoopBackOff, restarted 4 times; last end: exit code 1 (Error); its last words: plugin/forward: no nameservers found',
      ],
    ],
  ];

describe('what is found in a cluster', () => {
  for (const [title, given, wrong, notes = []] of cases)
    it(title, () => {
      const list = findings(given, limits);
      expect(seen(list, 'wrong')).to.deep.equal(wrong);
      expect(seen(list, 'note')).to.deep.equal(notes);
    });
  it('a table with what is wrong last', () =>
    expect(
      tableOf([
        { subject: 'b', verdict: 'wrong', says: 'broken' },
        { subject: 'nodes', verdict: 'ok', says: 'Ready' },
      ]),
    ).to.equal('ok     nodes  Ready\nWRONG  b      broken'));
});

describe('what is read of a cluster', () => {
  it('an overview, etcd with ids of 64 bits', () => {
    const text = `--- nodes
{"items":[{"metadata":{"name":"n"},"status":{"conditions":[{"type":"Ready","status":"False","message":"no cni"}]}}]}
--- configuration
{}
--- discovery
{}
--- proxy
{}
--- clock
1000
--- etcd-members
{"members":[{"ID":18446744073709551615,"name":"n"},{"ID":18446744073709551614,"isLearner":true}]}
--- etcd-status
[{"Endpoint":"x","Status":{"header":{"member_id":18446744073709551615},"leader":18446744073709551615,"dbSize":4096}}]
--- pods kube-system
{"items":[]}
--- endpoint
The connection was refused
`;
    const read = overviewProbe(['kube-system']).parse(out(text));
    expect(read.etcd).to.deep.equal([
      { name: 'n', learner: false, healthy: true, leader: true, bytes: 4096 },
      { name: '', learner: true, healthy: false, leader: false, bytes: 0 },
    ]);
    expect(read.endpoint).to.equal('The connection was refused');
    expect(read.cluster.answers && read.cluster.nodes[0]?.why).to.equal('no cni');
  });
  it('nothing where there is no cluster', () =>
    expect(overviewProbe(['a']).parse(out('', 3)).cluster.answers).to.equal(false));
  it('a node, and what DNS answered it', () => {
    const tried = { service: '10.96.0.1', dns: '10.96.0.10', name: 'a.b' };
    const dns = (bytes: string) => nodeProbe(tried).parse(out(`--- clock\n0\n--- service\nok\n--- dns\n${bytes}\n`));
    expect(dns(' 0 50 0 1 129 128 0 1 0 1 0 0 0 0')).to.deep.include({ service: 'ok', dns: 'ok' });
    expect(dns(' 0 50 0 1 129 131 0 1 0 0 0 0 0 0').dns).to.equal('no such name');
    expect(dns('bash: connect: Connection refused\nno answer').dns).to.equal('no answer: connection refused');
  });
  it('what HAProxy says of its servers', () => {
    const text = `# pxname,svname,status,check_status,last_chk,type
k8s,FRONTEND,OPEN,,,0
k8s,m1,UP,L7OK,,2
k8s,m2,DOWN,L4CON,Connection refused,2
k8s,BACKEND,UP,,,1
`;
    expect(balancerProbe('/s').parse(out(text))).to.deep.equal([
      { name: 'm1', up: true, says: 'UP L7OK' },
      { name: 'm2', up: false, says: 'DOWN L4CON Connection refused' },
    ]);
    expect(balancerProbe('/s').parse(out('', 2, '/s: No such file or directory\n'))).to.equal(
      '/s: No such file or directory',
    );
  });
  for (const [range, n, address] of [
    ['10.96.0.0/12', 10, '10.96.0.10'],
    ['10.0.0.250/24', 10, '10.0.1.4'],
    ['10.96.0.0/16,fd00::/108', 1, '10.96.0.1'],
    ['fd00:1::/108', 10, 'fd00:1::a'],
    ['', 1, ''],
  ] as const)
    it(`address ${n} of '${range}'`, () => expect(nthAddress(range, n)).to.equal(address));
});

describe('what test pods find', () => {
  it('an answer, an error, nonsense, nothing', () => {
    expect(dialled(out('{"responses":["probe-1"]}'))).to.equal('ok');
    expect(dialled(out('{"errors":["i/o timeout"]}'))).to.equal('i/o timeout');
    expect(dialled(out('<html>'))).to.equal('<html>');
    expect(dialled(out('', 1, 'error: refused\n'))).to.equal('error: refused');
  });
  it('one line where all is well, else one for each path', () => {
    const good = { from: 'a', to: 'b', says: 'ok' };
    expect(attempts('pod to pod', [good, good])).to.deep.equal([
      { subject: 'pod to pod', verdict: 'ok', says: '2 of 2' },
    ]);
    expect(attempts('pod to pod', [good, { ...good, says: 'timeout' }]).map(({ says }) => says)).to.deep.equal([
      'a does not reach b: timeout',
    ]);
  });
  it('not before every node has one', () => {
    const ready = {
      metadata: { name: 'p' },
      spec: { nodeName: 'n' },
      status: { podIP: '1', conditions: [{ type: 'Ready', status: 'True' }] },
    };
    expect(readyPods({ items: [ready] }, 2)).to.equal(undefined);
    expect(readyPods({ items: [ready] }, 1)).to.deep.equal([{ name: 'p', node: 'n', address: '1' }]);
  });
});
