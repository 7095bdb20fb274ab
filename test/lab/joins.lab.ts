import { expect } from 'chai';
import { hostExec, hostKill, hostStart } from '../../engine/lab/control.ts';
import { labReset } from '../../engine/lab/lab.ts';
import { writtenBetween } from './cluster.ts';
import { changedOn, clusterStory, masters, until, workers } from './story.ts';

clusterStory('a node that joins', 'built', (story) => {
  it('joins a new worker with --limit, and changes no other host', async () => {
    await story.grow('k8s-worker-3', 'worker', 22);
    const before = await story.cluster.written();
    const ran = await story.cluster.run('--limit', 'k8s-worker-3');
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(changedOn(ran)).to.deep.equal(['k8s-worker-3']);
    const after = await story.cluster.written();
    expect(writtenBetween(before, after, ['k8s-lb', ...masters, ...workers])).to.deep.equal([]);
    expect(await story.cluster.nodes('k8s-master-1')).to.deep.include({
      name: 'k8s-worker-3',
      ready: true,
      roles: ['worker'],
    });
  });

  it('rejoins a worker whose join was killed halfway', async () => {
    await labReset(story.cluster.options, ['k8s-worker-3']);
    const { kill, ended } = story.cluster.start('playbooks/ha-cluster.yml', '--limit', 'k8s-worker-3');
    await until(
      async () =>
        (
          await hostExec(story.cluster.options, 'k8s-worker-3', [
            'test',
            '-e',
            '/etc/kubernetes/bootstrap-kubelet.conf',
          ])
        ).code === 0,
    );
    kill();
    await hostKill(story.cluster.options, 'k8s-worker-3');
    await ended;
    await hostStart(story.cluster.options, 'k8s-worker-3');
    const ran = await story.cluster.run('--limit', 'k8s-worker-3');
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(await story.cluster.nodes('k8s-master-1')).to.deep.include({
      name: 'k8s-worker-3',
      ready: true,
      roles: ['worker'],
    });
  });

  it('rejoins a worker whose token has expired', async () => {
    const half = [
      'systemctl stop kubelet',
      'sed "s/name: .*/name: tls-bootstrap/; s/client-certificate-data:.*/token: abcdef.0123456789abcdef/; /client-key-data/d; /client-certificate:/d; /client-key:/d" /etc/kubernetes/kubelet.conf > /etc/kubernetes/bootstrap-kubelet.conf',
      'rm -rf /etc/kubernetes/kubelet.conf /var/lib/kubelet/pki',
      'systemctl start kubelet || :',
    ];
    await hostExec(story.cluster.options, 'k8s-worker-3', ['sh', '-c', half.join('\n')]);
    const ran = await story.cluster.run('--limit', 'k8s-worker-3');
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(await story.cluster.nodes('k8s-master-1')).to.deep.include({
      name: 'k8s-worker-3',
      ready: true,
      roles: ['worker'],
    });
  });

  it('refuses a node of a different cluster and does not change it', async () => {
    const conf = '/etc/kubernetes/kubelet.conf';
    await hostExec(story.cluster.options, 'k8s-worker-3', [
      'sh',
      '-c',
      `cp ${conf} ${conf}.kept; sed -i 's#server: .*#server: https://other.example.net:6443#' ${conf}; systemctl stop kubelet`,
    ]);
    const before = await story.cluster.written();
    const ran = await story.cluster.run('--limit', 'k8s-worker-3');
    expect(ran.exit).to.equal(2);
    expect(ran.trouble)
      .to.contain('foreign')
      .and.to.contain('other.example.net')
      .and.to.contain('k8s-api.lab.internal');
    expect(writtenBetween(before, await story.cluster.written())).to.deep.equal([]);
    await hostExec(story.cluster.options, 'k8s-worker-3', [
      'sh',
      '-c',
      `mv ${conf}.kept ${conf}; systemctl start kubelet`,
    ]);
  });

  it('refuses a node that is to have another role before anything is changed', async () => {
    await story.grow('k8s-worker-3', 'control_plane', 22);
    const before = await story.cluster.written();
    const ran = await story.cluster.run('--limit', 'k8s-worker-3');
    expect(ran.exit).to.equal(2);
    expect(ran.trouble).to.contain('this host is a worker, and is to be a control plane');
    expect(writtenBetween(before, await story.cluster.written())).to.deep.equal([]);
  });
});
