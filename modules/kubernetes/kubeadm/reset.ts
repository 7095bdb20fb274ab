import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../../engine/module/failure.ts';
import type { Writer } from '../../../engine/module/module.ts';
import { sh } from '../../../engine/module/quote.ts';
import { adminConf, type EtcdMember, nodeFiles, withEtcd } from '../cluster.ts';
import type { KubeadmArguments } from './arguments.ts';
import { expectKubeadm } from './explain.ts';

/**
 * Why a member may not leave etcd; undefined where it may. A learner and one that has never started hold no data, but
 * one that has never started already counts for the quorum: taking it away is what mends the cluster.
 */
export function objection(members: readonly EtcdMember[], leaving: EtcdMember): string | undefined {
  if (leaving.learner || leaving.name === '') return undefined;
  const voters = members.filter((m) => !m.learner);
  const rest = voters.filter((m) => m.id !== leaving.id);
  if (rest.length === 0) return 'it is the only control plane: the cluster would be lost';
  const healthy = rest.filter((m) => m.healthy).length;
  const needed = Math.floor(rest.length / 2) + 1;
  if (healthy < needed)
    return `etcd would lose its quorum: of the ${rest.length} members that stay ${healthy} ${healthy === 1 ? 'is' : 'are'} healthy, ${needed} must be`;
  return undefined;
}

/** Takes a node out of its cluster, from a control plane that stays: its pods, its etcd member, its Node. */
export async function leave(
  name: string,
  via: Writer,
  member: EtcdMember | undefined,
  node: { readonly drain: boolean } | undefined,
): Promise<void> {
  if (node?.drain) await drain(name, via);
  if (member) {
    const output = await via.shell(withEtcd(sh`etcd member remove ${member.id}`), { timeoutSeconds: 60 });
    if (output.code !== 0)
      throw new TaskFailure(
        `the etcd member of ${name} cannot be removed: ${output.stderr.trim().split('\n').at(-1)}`,
        { output, hint: 'etcd needs a quorum for this: check the other control planes first' },
      );
  }
  if (node) await kubectl(via, ['delete', 'node', name, '--ignore-not-found', '--timeout=60s']);
}

async function drain(name: string, via: Writer): Promise<void> {
  const argv = ['drain', name, '--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=300s'];
  await kubectl(via, argv, 'a PodDisruptionBudget may prevent it: `kubectl get pdb -A`');
}

/**
 * What kubectl says while a member leaves etcd: the API servers lose it for a moment, and the load balancer notices a
 * server that is gone only after some checks.
 */
const away =
  /EOF|connection refused|connection reset|Unable to connect|i\/o timeout|handshake timeout|etcdserver|leader changed|ServiceUnavailable|currently unable/i;
const awayMilliseconds = 60_000;

/** kubectl with what can be done twice, as all that is done here. */
export async function kubectl(via: Writer, argv: readonly string[], hint?: string): Promise<void> {
  const words = ['kubectl', '--kubeconfig', adminConf, ...argv];
  const end = performance.now() + awayMilliseconds;
  let output = await via.run(words, { timeoutSeconds: 360 });
  while (output.code !== 0 && away.test(output.stderr) && performance.now() < end) {
    await sleep(2000, undefined, { signal: via.signal });
    output = await via.run(words, { timeoutSeconds: 360 });
  }
  if (output.code !== 0)
    throw new TaskFailure(`kubectl ${argv.slice(0, 3).join(' ')}: ${output.stderr.trim().split('\n').at(-1)}`, {
      output,
      command: words.join(' '),
      ...(hint !== undefined && { hint }),
    });
}

/** Undoes what kubeadm, the kubelet and the network plugins left on a host; leaves packages and settings alone. */
export async function reset(args: KubeadmArguments, host: Writer): Promise<void> {
  const argv = ['kubeadm', 'reset', '-f', '--cri-socket', args.cri_socket];
  expectKubeadm(argv, await host.run(argv, { timeoutSeconds: args.timeout_seconds }));
  const output = await host.shell(cleanUp, { timeoutSeconds: 120 });
  if (output.code !== 0)
    throw new TaskFailure(`remains of the cluster could not be removed: ${output.stderr.trim().split('\n').at(-1)}`, {
      output,
    });
}

/** What `kubeadm reset` leaves behind. Other programs' iptables rules are kept. */
const cleanUp = `rm -rf /etc/cni/net.d/* /var/lib/cni /run/flannel ${Object.values(nodeFiles).join(' ')} /etc/kubernetes/pki || exit
for link in cni0 flannel.1 kube-ipvs0; do
  if [ -e "/sys/class/net/$link" ]; then ip link delete "$link" || exit; fi
done
for tables in iptables ip6tables; do
  if command -v "$tables-save" >/dev/null && rules=$("$tables-save" 2>/dev/null); then
    case $rules in *KUBE-*|*CNI-*|*FLANNEL-*) printf '%s\\n' "$rules" | grep -v -e KUBE- -e CNI- -e FLANNEL- | "$tables-restore" || exit ;; esac
  fi
done
if command -v ipvsadm >/dev/null; then ipvsadm --clear; fi
:`;
