import { TaskFailure } from '../../../engine/module/failure.ts';
import type { Output } from '../../../engine/module/probe.ts';
import { quoteAll } from '../../../engine/module/quote.ts';
import type { Verdict } from './evidence.ts';

/** Explanations of kubeadm's errors: its exit code is nearly always 1, only stderr distinguishes them. */
const meanings: readonly { readonly says: RegExp; readonly means: string; readonly hint?: string }[] = [
  {
    says: /could not find a JWS signature/,
    means: 'the join token is not known to the cluster: it has expired, or the clocks of the hosts differ',
    hint: 'run the playbook again, which creates a new one; compare `date` on the hosts',
  },
  {
    says: /Secret "?kubeadm-certs"? was not found/i,
    means: 'the certificates for a new control plane are no longer in the cluster: they expire after two hours',
    hint: 'run the playbook again, which uploads them again',
  },
  {
    says: /a Node with name "?[^"\s]+"? and status "?Ready"? already exists/,
    means: 'another host with the same name is in the cluster',
    hint: 'give this host a unique name, or delete that Node',
  },
  {
    says: /stable controlPlaneEndpoint/,
    means:
      'the cluster was made without an address for several control planes (controlPlaneEndpoint), so that no control plane can be added',
    hint: 'set controlPlaneEndpoint in the ConfigMap kube-system/kubeadm-config and renew the API server certificates, or recreate the cluster',
  },
  {
    says: /\[ERROR (FileAvailable--|DirAvailable--|Port-10250\])/,
    means: 'remains of an earlier init or join are on the host',
    hint: 'to start over, run this module on the host with `state: absent`',
  },
  {
    says: /\[ERROR Port-(\d+)\]/,
    means: 'a port that a control plane needs is in use by another program',
    hint: '`ss -ltnp` on the host shows by which',
  },
  {
    says: /\[ERROR (ImagePull)\]/,
    means: 'the images cannot be pulled',
    hint: 'check the registry or mirror configured in containerd',
  },
  {
    says: /\[ERROR CRI\]/,
    means: 'the container runtime does not answer',
    hint: '`systemctl status containerd` and `crictl info` on the host',
  },
  {
    says: /\[ERROR (Swap|NumCPU|Mem|SystemVerification|FileContent--[\w-]+)\]/,
    means: 'the host is not fit for Kubernetes',
    hint: 'fix it, or add the check to ignore_preflight_errors',
  },
  {
    says: /x509: certificate|cluster CA found in cluster-info.* does not match|invalid.*public key.*pins?|pinned/i,
    means: 'the certificate of the API that answers is not the one of this cluster',
    hint: 'check what the API name resolves to on this host (/etc/hosts), and the backends of the load balancer',
  },
  {
    says: /connection refused|no such host|i\/o timeout|context deadline exceeded|couldn't validate the identity/i,
    means: 'the API cannot be reached by its name',
    hint: 'on this host, check the name with `getent hosts`, then the load balancer (`systemctl status haproxy`)',
  },
  {
    says: /timed out waiting for the condition|kubelet is not running|kubelet isn't running/i,
    means: 'the kubelet or the control plane did not come up in time',
    hint: '`journalctl -u kubelet -n 50` and `crictl ps -a` on this host',
  },
];

/** Throws, in plain words, unless kubeadm ended well. */
export function expectKubeadm(argv: readonly string[], output: Output): Output {
  if (output.code === 0) return output;
  const errors = output.stderr.split('\n').filter((line) => /\[ERROR |^error|^failed|couldn't|timed out/i.test(line));
  const said = (errors.at(0) ?? output.stderr.trim().split('\n').at(-1) ?? '').trim();
  const found = meanings.find(({ says }) => says.test(output.stderr));
  const verb = argv.slice(0, 2).join(' ');
  throw new TaskFailure(
    found
      ? `${verb}: ${found.means} (${said})`
      : `${verb} failed with exit code ${output.code}: ${said || 'it said nothing'}`,
    {
      command: quoteAll(argv),
      output,
      ...(found?.hint !== undefined && { hint: found.hint }),
    },
  );
}

/** Why a host is left alone, and what a person can do about it. */
export function refusal(name: string, { state, why }: Verdict): TaskFailure {
  const hints: Partial<Record<Verdict['state'], string>> = {
    foreign:
      'nothing is reset by itself: if the host is to leave its old cluster, run `kubeadm` with `state: absent` on it first',
    'other-role': 'run `kubeadm` with `state: absent` on it first, then it can join in its new role',
    renamed:
      'give the host its old name in the inventory; to rename the node, take it out first: `kubeadm` with `state: absent` and the old node_name',
    ill: 'on this host: `systemctl status kubelet`, `crictl ps -a`; to make the node anew, run `kubeadm` with `state: absent` on it first',
    'name-taken': 'give this host a unique name, or delete that Node if its host no longer exists',
    down: 'on a control plane: `systemctl status kubelet containerd`, `crictl ps -a`, `journalctl -u kubelet -n 50`; nothing is reset by itself',
  };
  return new TaskFailure(`${name} is ${state}: ${why}`, {
    result: { found: state },
    ...(hints[state] !== undefined && { hint: hints[state] }),
  });
}
