import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Cluster, openCluster, type Ran, writtenBetween } from './cluster.ts';
import * as lab from './index.ts';

const masters = ['k8s-master-1', 'k8s-master-2'];
const workers = ['k8s-worker-1', 'k8s-worker-2'];

/** The main job, told in order: each test goes on from where the one before it left the cluster. */
describe('the cluster', function () {
  this.timeout(600_000);
  this.bail(true);
  let cluster: Cluster;
  const opened: Cluster[] = [];

  before(async () => {
    cluster = await openCluster();
    opened.push(cluster);
    await lab.labUp(cluster.options);
    await lab.labReset(cluster.options);
  });

  after(async () => {
    const given = new Set(opened[0]!.options.hosts.map((h) => h.name));
    const added = opened.flatMap((one) => one.options.hosts.map((h) => h.name)).filter((name) => !given.has(name));
    await lab.labRemove(opened[0]!.options, [...new Set(added)]);
    for (const one of opened) one.close();
  });

  const changedOn = (ran: Ran): string[] =>
    [...new Set(ran.results.filter((r) => r.status === 'changed').map((r) => r.host))].sort();
  const changes = (ran: Ran): string[] =>
    ran.results
      .filter((r) => r.status === 'changed')
      .map((r) => `${r.host}: ${r.task}: ${r.differences.map((d) => d.what).join()}`);

  it('is predicted on bare hosts without a failure and without a byte written', async () => {
    const before = await cluster.written();
    const ran = await cluster.run('--check');
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(changedOn(ran)).to.deep.equal(['k8s-lb', ...masters, ...workers]);
    expect(writtenBetween(before, await cluster.written())).to.deep.equal([]);
  });

  it('with --tags loadbalancer touches the load balancer alone', async () => {
    const before = await cluster.written();
    const ran = await cluster.run('--tags', 'loadbalancer');
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(changedOn(ran)).to.deep.equal(['k8s-lb']);
    const after = await cluster.written();
    expect(writtenBetween(before, after, [...masters, ...workers])).to.deep.equal([]);
  });

  it('is built by one command: all nodes are Ready through the load balancer', async () => {
    const ran = await cluster.run();
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(await cluster.nodes('k8s-master-1')).to.deep.equal([
      ...masters.map((name) => ({ name, ready: true, roles: ['control-plane', 'master'] })),
      ...workers.map((name) => ({ name, ready: true, roles: ['worker'] })),
    ]);
    const told = ran.results.find((r) => r.task === 'Say what the topology tolerates');
    expect(told?.message).to.contain('tolerates 0 failures').and.to.contain('single point of failure');
  });

  it('run again changes nothing: not one task, not one byte', async () => {
    const before = await cluster.written();
    const ran = await cluster.run();
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(changes(ran)).to.deep.equal([]);
    for (const [host, counts] of Object.entries(ran.recap!.hosts)) expect(counts.changed, host).to.equal(0);
    expect(writtenBetween(before, await cluster.written())).to.deep.equal([]);
  });

  it('is predicted as converged, without a byte written', async () => {
    const before = await cluster.written();
    const ran = await cluster.run('--check', '--detailed-exitcode');
    expect(changes(ran)).to.deep.equal([]);
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(writtenBetween(before, await cluster.written())).to.deep.equal([]);
  });

  for (const tag of [
    'preflight',
    'common',
    'control-plane',
    'worker',
    'hosts',
    'kernel',
    'packages',
    'containerd',
    'kubelet',
    'images',
    'haproxy',
    'join',
    'cni',
  ]) {
    it(`runs --tags ${tag} alone`, async () => {
      const ran = await cluster.run('--tags', tag);
      expect(ran.exit, ran.trouble).to.equal(0);
      expect(ran.results.filter((r) => r.status !== 'skipped')).not.to.deep.equal([]);
      expect(changes(ran)).to.deep.equal([]);
    });
  }

  it('leaves no token and no file with one behind', async () => {
    const { stdout } = await cluster.kubectl('k8s-master-1', '-n', 'kube-system', 'get', 'secrets', '-o', 'name');
    const tokens = stdout.split('\n').filter((name) => name.startsWith('secret/bootstrap-token-'));
    expect(tokens.length, 'kubeadm init itself makes at most one token, which expires').to.be.at.most(1);
    for (const host of [...masters, ...workers]) {
      const found = await lab.hostExec(cluster.options, host, [
        'sh',
        '-c',
        'find /root /tmp /etc/kubernetes /run -xdev -name ".tsplay.*" 2>/dev/null',
      ]);
      expect(found.stdout, host).to.equal('');
    }
  });

  it('runs pods on both workers that reach each other', async () => {
    const image = 'k8s.gcr.io/lab/busybox:1';
    for (const name of workers) {
      const overrides = JSON.stringify({ spec: { nodeName: name, terminationGracePeriodSeconds: 0 } });
      const { stderr, code } = await cluster.kubectl(
        'k8s-master-1',
        'run',
        `on-${name}`,
        `--image=${image}`,
        `--overrides=${overrides}`,
        '--',
        'sleep',
        '3600',
      );
      expect(code, stderr).to.equal(0);
    }
    for (const name of workers) {
      const { stderr, code } = await cluster.kubectl(
        'k8s-master-1',
        'wait',
        '--for=condition=Ready',
        '--timeout=15s',
        `pod/on-${name}`,
      );
      expect(code, stderr).to.equal(0);
    }
    const address = (
      await cluster.kubectl('k8s-master-1', 'get', 'pod', 'on-k8s-worker-2', '-o', 'jsonpath={.status.podIP}')
    ).stdout;
    const ping = await cluster.kubectl(
      'k8s-master-1',
      'exec',
      'on-k8s-worker-1',
      '--',
      'ping',
      '-c',
      '1',
      '-W',
      '5',
      address,
    );
    expect(ping.code, ping.stderr + ping.stdout).to.equal(0);
    for (const name of workers) await cluster.kubectl('k8s-master-1', 'delete', 'pod', `on-${name}`, '--wait=false');
  });

  it('joins a new worker with --limit, and changes no other host', async () => {
    cluster = await cluster.with('k8s-worker-3', 'worker', 22);
    opened.push(cluster);
    const before = await cluster.written();
    const ran = await cluster.run('--limit', 'k8s-worker-3');
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(changedOn(ran)).to.deep.equal(['k8s-worker-3']);
    const after = await cluster.written();
    expect(writtenBetween(before, after, ['k8s-lb', ...masters, ...workers])).to.deep.equal([]);
    expect(await cluster.nodes('k8s-master-1')).to.deep.include({
      name: 'k8s-worker-3',
      ready: true,
      roles: ['worker'],
    });
  });

  it('joins a worker again whose join was killed half way', async () => {
    await lab.labReset(cluster.options, ['k8s-worker-3']);
    const { pid, ended } = cluster.start('playbooks/ha-cluster.yml', '--limit', 'k8s-worker-3');
    await until(
      async () =>
        (await lab.hostExec(cluster.options, 'k8s-worker-3', ['test', '-e', '/etc/kubernetes/bootstrap-kubelet.conf']))
          .code === 0,
    );
    await lab.hostKill(cluster.options, 'k8s-worker-3');
    process.kill(pid, 'SIGKILL');
    await ended;
    await lab.hostStart(cluster.options, 'k8s-worker-3');
    const ran = await cluster.run('--limit', 'k8s-worker-3');
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(await cluster.nodes('k8s-master-1')).to.deep.include({
      name: 'k8s-worker-3',
      ready: true,
      roles: ['worker'],
    });
  });

  it('joins a worker again whose token has expired', async () => {
    const half = [
      'systemctl stop kubelet',
      'sed "s/name: .*/name: tls-bootstrap/; s/client-certificate-data:.*/token: abcdef.0123456789abcdef/; /client-key-data/d; /client-certificate:/d; /client-key:/d" /etc/kubernetes/kubelet.conf > /etc/kubernetes/bootstrap-kubelet.conf',
      'rm -rf /etc/kubernetes/kubelet.conf /var/lib/kubelet/pki',
      'systemctl start kubelet || :',
    ];
    await lab.hostExec(cluster.options, 'k8s-worker-3', ['sh', '-c', half.join('\n')]);
    const ran = await cluster.run('--limit', 'k8s-worker-3');
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(await cluster.nodes('k8s-master-1')).to.deep.include({
      name: 'k8s-worker-3',
      ready: true,
      roles: ['worker'],
    });
  });

  it('refuses a node of another cluster, and leaves it as it is', async () => {
    const conf = '/etc/kubernetes/kubelet.conf';
    await lab.hostExec(cluster.options, 'k8s-worker-3', [
      'sh',
      '-c',
      `cp ${conf} /root/kubelet.conf; sed -i 's#server: .*#server: https://other.example.net:6443#' ${conf}; systemctl stop kubelet`,
    ]);
    const before = await cluster.written();
    const ran = await cluster.run('--limit', 'k8s-worker-3');
    expect(ran.exit).to.equal(2);
    expect(ran.trouble)
      .to.contain('foreign')
      .and.to.contain('other.example.net')
      .and.to.contain('k8s-api.lab.internal');
    expect(writtenBetween(before, await cluster.written())).to.deep.equal([]);
    await lab.hostExec(cluster.options, 'k8s-worker-3', [
      'sh',
      '-c',
      `mv /root/kubelet.conf ${conf}; systemctl start kubelet`,
    ]);
  });

  it('with two control planes stops answering when one is lost, and comes back with it', async () => {
    await lab.hostKill(cluster.options, 'k8s-master-1');
    await until(async () => (await cluster.kubectl('k8s-master-2', 'get', 'nodes', '--request-timeout=5s')).code !== 0);
    await lab.hostStart(cluster.options, 'k8s-master-1');
    await until(async () => (await cluster.kubectl('k8s-master-2', 'get', 'nodes', '--request-timeout=5s')).code === 0);
  });

  it('takes a third control plane by one more line', async () => {
    cluster = await cluster.with('k8s-master-3', 'control_plane', 12);
    opened.push(cluster);
    const ran = await cluster.run();
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(ran.results.find((r) => r.task === 'Say what the topology tolerates')?.message).to.contain(
      'tolerates 1 failure',
    );
    expect(await cluster.nodes('k8s-master-3')).to.deep.include({
      name: 'k8s-master-3',
      ready: true,
      roles: ['control-plane', 'master'],
    });
    const again = await cluster.run();
    expect(again.exit, again.trouble).to.equal(0);
    expect(changes(again)).to.deep.equal([]);
  });

  it('with three control planes goes on answering when one is lost', async () => {
    await lab.hostKill(cluster.options, 'k8s-master-1');
    let failures = 0;
    for (let i = 0; i < 10; i++) {
      await sleep(1000);
      if ((await cluster.kubectl('k8s-master-3', 'get', 'nodes', '--request-timeout=5s')).code !== 0) failures++;
    }
    const last = await cluster.kubectl('k8s-master-3', 'create', 'configmap', 'written-without-master-1');
    expect(last.code, last.stderr).to.equal(0);
    expect(failures, 'requests that failed while the loss was noticed').to.be.at.most(5);
    await lab.hostStart(cluster.options, 'k8s-master-1');
    await until(async () => (await cluster.nodes('k8s-master-3')).every((node) => node.ready));
  });

  it('is not reset without its name, and is reset with it', async () => {
    const refused = await cluster.start('playbooks/reset-cluster.yml').ended;
    expect(refused.exit).to.equal(2);
    expect(refused.trouble).to.contain('confirm_reset=lab');
    const ran = await cluster.start('playbooks/reset-cluster.yml', '-e', 'confirm_reset=lab').ended;
    expect(ran.exit, ran.trouble).to.equal(0);
    for (const host of [...masters, 'k8s-master-3', ...workers, 'k8s-worker-3']) {
      const left = await lab.hostExec(cluster.options, host, [
        'sh',
        '-c',
        'ls -A /etc/kubernetes/manifests /var/lib/etcd /etc/kubernetes/*.conf 2>/dev/null | grep -v :',
      ]);
      expect(left.stdout.trim(), host).to.equal('');
    }
  });

  it('is built anew behind two load balancers, one of which may be lost', async () => {
    cluster = await opened[0]!.with('k8s-lb-2', 'loadbalancer', 6);
    opened.push(cluster);
    const address = '10.20.1.4';
    const ran = await cluster.run('-e', `loadbalancer_virtual_ip=${address}`);
    expect(ran.exit, ran.trouble).to.equal(0);
    const answers = async (): Promise<boolean> =>
      (
        await cluster.kubectl(
          'k8s-master-1',
          'get',
          'nodes',
          '--request-timeout=4s',
          '--server',
          `https://${address}:6443`,
        )
      ).code === 0;
    expect(await answers()).to.equal(true);
    await lab.hostKill(cluster.options, 'k8s-lb');
    await until(answers);
    await lab.hostStart(cluster.options, 'k8s-lb');
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 240; i++) {
    if (await condition()) return;
    await sleep(500);
  }
  throw new Error('what was waited for did not come within two minutes');
}
