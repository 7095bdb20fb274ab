import { expect } from 'chai';
import { hostExec } from '../../engine/lab/control.ts';
import { writtenBetween } from './cluster.ts';
import { changedOn, clusterStory, masters, until, workers } from './story.ts';

const VERIFY = 'playbooks/verify-cluster.yml';

clusterStory('a cluster that is looked at', 'built', (story) => {
  const exec = async (host: string, script: string): Promise<void> => {
    const { code, stderr } = await hostExec(story.cluster.options, host, ['sh', '-ec', script]);
    expect(code, stderr).to.equal(0);
  };
  const verify = (...words: string[]) => story.cluster.start(VERIFY, ...words).ended;
  const pod = (name: string, image: string, command: string): string =>
    `kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f - <<'END'
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: kube-system }
spec:
  nodeName: ${workers[0]}
  terminationGracePeriodSeconds: 0
  containers: [{ name: only, image: '${image}', command: [${command}] }]
END`;
  const removed = (name: string): string =>
    `kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system delete pod ${name} --grace-period=0 --force`;

  it('is well, and nothing is changed by the look', async () => {
    const before = await story.cluster.written();
    const ran = await verify();
    expect(ran.exit, ran.trouble).to.equal(0);
    expect(changedOn(ran)).to.deep.equal([]);
    expect(writtenBetween(before, await story.cluster.written())).to.deep.equal([]);
    const table = ran.results.find(({ module }) => module === 'debug')?.message;
    expect(table).to.include('4 of 4 Ready').and.to.include('2 of 2 members healthy').and.to.include('sees 2 of 2 up');
  });

  it('has a pod that crashes: told with how it ends', async () => {
    const image = await hostExec(story.cluster.options, masters[0]!, [
      'sh',
      '-c',
      'kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get pods -l component=etcd -o jsonpath="{.items[0].spec.containers[0].image}"',
    ]);
    await exec(masters[0]!, pod('crashing', image.stdout.trim(), 'etcd, --nonsense'));
    const ran = await verify();
    expect(ran.exit).to.equal(2);
    expect(ran.trouble).to.include('WRONG  pod kube-system/crashing (only)').and.to.include('exit code 2');
    await exec(masters[0]!, removed('crashing'));
  });

  it('has a control plane whose API server is gone: what the load balancer sees of it', async () => {
    await exec(masters[1]!, 'mv /etc/kubernetes/manifests/kube-apiserver.yaml /root/');
    await until(async () => {
      const ran = await hostExec(story.cluster.options, masters[1]!, ['sh', '-c', 'crictl ps | grep kube-apiserver']);
      return ran.code !== 0;
    });
    const ran = await verify();
    expect(ran.exit).to.equal(2);
    expect(ran.trouble).to.include(`does not use ${masters[1]}: DOWN`);
    await exec(masters[1]!, 'mv /root/kube-apiserver.yaml /etc/kubernetes/manifests/');
    const again = await verify();
    expect(again.exit, again.trouble).to.equal(0);
  });
});
