import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { hostExec, hostKill, hostStart } from '../../engine/lab/control.ts';
import { changes, clusterStory, masters, until, workers } from './story.ts';

clusterStory('the loss of a host', 'built', (story) => {
  it('with two control planes stops answering when one is lost, and comes back with it', async () => {
    await hostKill(story.cluster.options, 'k8s-master-1');
    await until(
      async () => (await story.cluster.kubectl('k8s-master-2', 'get', 'nodes', '--request-timeout=5s')).code !== 0,
    );
    await hostStart(story.cluster.options, 'k8s-master-1');
    await until(
      async () => (await story.cluster.kubectl('k8s-master-2', 'get', 'nodes', '--request-timeout=5s')).code === 0,
    );
  });

  it('gets a third control plane from one more inventory line', async () => {
    await story.grow('k8s-master-3', 'control_plane', 12);
    const ran = await story.cluster.run();
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(ran.results.find((r) => r.task === 'Say what the topology tolerates')?.message).to.contain(
      'tolerates 1 failure',
    );
    expect(await story.cluster.nodes('k8s-master-3')).to.deep.include({
      name: 'k8s-master-3',
      ready: true,
      roles: ['control-plane'],
    });
    const again = await story.cluster.run();
    expect(again.exit, again.trouble).to.equal(0);
    expect(changes(again)).to.deep.equal([]);
  });

  it('with three control planes goes on answering when one is lost', async () => {
    await hostKill(story.cluster.options, 'k8s-master-1');
    let failures = 0;
    for (let i = 0; i < 10; i++) {
      await sleep(1000);
      if ((await story.cluster.kubectl('k8s-master-3', 'get', 'nodes', '--request-timeout=5s')).code !== 0) failures++;
    }
    const last = await story.cluster.kubectl('k8s-master-3', 'create', 'configmap', 'written-without-master-1');
    expect(last.code, last.stderr).to.equal(0);
    expect(failures, 'requests that failed while the loss was noticed').to.be.at.most(5);
    await hostStart(story.cluster.options, 'k8s-master-1');
    await until(async () =>
      (await story.cluster.nodes('k8s-master-3')).some((node) => node.name === 'k8s-master-1' && node.ready),
    );
  });

  it('is not reset without its name, and is reset with it', async () => {
    const refused = await story.cluster.start('playbooks/reset-cluster.yml').ended;
    expect(refused.exit).to.equal(2);
    expect(refused.trouble).to.contain('confirm_reset=lab');
    const ran = await story.cluster.start('playbooks/reset-cluster.yml', '-e', 'confirm_reset=lab').ended;
    expect(ran.exit, ran.trouble).to.equal(0);
    for (const host of [...masters, 'k8s-master-3', ...workers]) {
      const left = await hostExec(story.cluster.options, host, [
        'sh',
        '-c',
        'ls -A /etc/kubernetes/manifests /var/lib/etcd /etc/kubernetes/*.conf 2>/dev/null | grep -v :',
      ]);
      expect(left.stdout.trim(), host).to.equal('');
    }
  });

  it('is rebuilt behind two load balancers, one of which may be lost', async () => {
    await story.grow('k8s-lb-2', 'loadbalancer', 6, true);
    const address = '10.20.1.4';
    const ran = await story.cluster.run('-e', `loadbalancer_virtual_ip=${address}`);
    expect(ran.exit, ran.trouble).to.equal(0);
    const answers = async (): Promise<boolean> =>
      (
        await story.cluster.kubectl(
          'k8s-master-1',
          'get',
          'nodes',
          '--request-timeout=4s',
          '--server',
          `https://${address}:6443`,
        )
      ).code === 0;
    expect(await answers()).to.equal(true);
    await hostKill(story.cluster.options, 'k8s-lb');
    await until(answers);
    await hostStart(story.cluster.options, 'k8s-lb');
  });
});
