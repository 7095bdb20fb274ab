import { expect } from 'chai';
import { Patience } from '../../../modules/kubernetes/patience.ts';
import {
  nameOf,
  onHostNetwork,
  podsOf,
  type Trouble,
  describe as told,
  type Words,
} from '../../../modules/kubernetes/pods.ts';

const now = Date.parse('2026-12-01T12:00:00Z') / 1000;
const pod = (status: object, name = 'coredns-5d78c9869d-x2x4z') => ({
  metadata: { name, namespace: 'kube-system' },
  spec: { nodeName: 'w1' },
  status,
});
const seen = (status: object) => podsOf([JSON.stringify({ items: [pod(status)] })], now).troubles;
const container = (state: object, more: object = {}) => ({
  phase: 'Running',
  containerStatuses: [{ name: 'coredns', ready: false, restartCount: 0, state, ...more }],
});
const ended = (exitCode: number, finishedAt: string) => ({ terminated: { exitCode, reason: 'Error', finishedAt } });

// States as API servers of 1.20 and 1.36 print them.
const cases: readonly (readonly [title: string, status: object, state: string | undefined, said?: string])[] = [
  ['runs and is ready', container({ running: {} }, { ready: true }), undefined],
  ['has done its work', { phase: 'Succeeded' }, undefined],
  [
    'restarted long ago',
    container({ running: {} }, { ready: true, restartCount: 3, lastState: ended(1, '2026-12-01T11:00:00Z') }),
    undefined,
  ],
  [
    'restarted just now',
    container({ running: {} }, { ready: true, restartCount: 3, lastState: ended(1, '2026-12-01T11:59:40Z') }),
    'restarted just now',
    'restarted 3 times; last end: exit code 1 (Error)',
  ],
  ['runs and is not ready', container({ running: {} }), 'not ready'],
  [
    'crashes',
    container(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' } },
      { restartCount: 4, lastState: ended(1, '2026-12-01T11:59:40Z') },
    ),
    'CrashLoopBackOff',
    'CrashLoopBackOff, restarted 4 times; last end: exit code 1 (Error); its last words: plugin/forward: no nameservers found',
  ],
  [
    'has no image',
    container({ waiting: { reason: 'ErrImagePull', message: 'rpc error: code = NotFound desc = not found' } }),
    'ErrImagePull',
    'ErrImagePull; rpc error: code = NotFound',
  ],
  [
    'is held by an init container',
    {
      phase: 'Pending',
      initContainerStatuses: [
        {
          name: 'install-cni',
          restartCount: 2,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: ended(127, '2026-12-01T11:59:40Z'),
        },
      ],
      containerStatuses: [{ name: 'coredns', state: { waiting: { reason: 'PodInitializing' } } }],
    },
    'Init:CrashLoopBackOff',
    'last end: exit code 127',
  ],
  [
    'gets no node',
    { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }] },
    'Pending',
    '0/3 nodes are available',
  ],
  ['was evicted', { phase: 'Failed', reason: 'Evicted', message: 'low on ephemeral-storage' }, 'Evicted', 'low on'],
  [
    'waits for its sandbox',
    container({ waiting: { reason: 'ContainerCreating' } }),
    'ContainerCreating',
    'cni plugin not initialized',
  ],
];
const words: Words = { log: ['plugin/forward: no nameservers found'], event: 'cni plugin not initialized' };

describe('a pod that', () => {
  for (const [title, status, state, said] of cases)
    it(title, () => {
      const [trouble] = seen(status);
      expect(trouble?.state).to.equal(state);
      if (said !== undefined)
        expect(told(trouble!, said.includes('last words') ? words : { ...words, log: [] })).to.include(said);
    });
  it('is being deleted is no trouble', () => {
    const gone = { ...pod({ phase: 'Pending' }), metadata: { name: 'a', namespace: 'b', deletionTimestamp: 'now' } };
    expect(podsOf([JSON.stringify({ items: [gone] })], now).troubles).to.deep.equal([]);
  });
  it('needs the network itself is not why a node has none', () => {
    const crashes = pod(container({ waiting: { reason: 'CrashLoopBackOff' } }));
    const network = { ...crashes, spec: { ...crashes.spec, hostNetwork: true } };
    const list = JSON.stringify({ items: [crashes, network] });
    expect(podsOf([list], now, onHostNetwork).troubles).to.have.length(1);
  });
  it('has its name without its only container', () =>
    expect(nameOf(seen(container({ running: {} }))[0]!)).to.equal('pod kube-system/coredns-5d78c9869d-x2x4z'));
});

describe('waiting cannot help', () => {
  const crash = (restarts: number, code = 1): Trouble => ({
    ...seen(
      container(
        { waiting: { reason: 'CrashLoopBackOff' } },
        { restartCount: restarts, lastState: ended(code, '2026-12-01T11:59:40Z') },
      ),
    )[0]!,
  });
  const line = (text: string): Words => ({ log: [text], event: '' });

  it('where a container ended in the same way again, after three restarts', () => {
    const patience = new Patience();
    expect(patience.lost(crash(2), line('12:00:01 no nameservers'))).to.equal(undefined);
    expect(patience.lost(crash(3), line('12:00:21 no nameservers'))).to.equal('it ends in the same way each time');
  });
  it('not where it has crashed often, but not again since it is looked at', () => {
    const patience = new Patience();
    for (let i = 0; i < 5; i++) expect(patience.lost(crash(30), line('a'))).to.equal(undefined);
  });
  it('not where it ended in another way', () => {
    const patience = new Patience();
    patience.lost(crash(3), line('no route to host'));
    expect(patience.lost(crash(4), line('no nameservers'))).to.equal(undefined);
    expect(patience.lost(crash(5, 2), line('no nameservers'))).to.equal(undefined);
  });
  for (const [message, event, lost] of [
    ['manifest for example/a:1 not found: manifest unknown', '', true],
    ['Back-off pulling image "example/a:1"', 'Failed to pull image "example/a:1": not found', true],
    ['pull access denied', '', true],
    ['dial tcp 10.20.1.1:5000: connect: connection refused', '', false],
    ['net/http: TLS handshake timeout', '', false],
  ] as const)
    it(`${lost ? '' : 'not '}where an image cannot be pulled: ${message}`, () => {
      const [trouble] = seen(container({ waiting: { reason: 'ImagePullBackOff', message } }));
      expect(new Patience().lost(trouble!, { log: [], event }) !== undefined).to.equal(lost);
    });
});
