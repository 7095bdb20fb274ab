import { createHash, X509Certificate } from 'node:crypto';
import { TaskFailure } from '../../engine/module/failure.ts';
import { parseJson } from '../../engine/module/json.ts';
import type { Output, Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';

export const adminConf = '/etc/kubernetes/admin.conf';

/** The node's files that are checked: each is created at a different point of an init or a join. */
export const nodeFiles = {
  adminConf,
  kubeletConf: '/etc/kubernetes/kubelet.conf',
  bootstrapConf: '/etc/kubernetes/bootstrap-kubelet.conf',
  apiManifest: '/etc/kubernetes/manifests/kube-apiserver.yaml',
  etcdManifest: '/etc/kubernetes/manifests/etcd.yaml',
  kubeletConfig: '/var/lib/kubelet/config.yaml',
  etcdData: '/var/lib/etcd/member',
} as const;

export type NodeFile = keyof typeof nodeFiles;

/** What kubeadm and the kubelet have left on a host. */
export interface NodeFiles {
  readonly files: readonly NodeFile[];
  /** Pins (`sha256:…`) of the cluster's CA certificates that the host trusts; empty where it has none. */
  readonly pins: readonly string[];
  /** The API server in kubelet.conf, without the scheme; '' where there is none. */
  readonly server: string;
  /** The kubelet's certificate is in a separate file: `init` arranges that once the cluster is up. */
  readonly rotated: boolean;
  /** A certificate, key or kubeconfig is empty: kubeadm was killed while it wrote the file. */
  readonly torn: boolean;
  /** A kubeadm is at work on the host. */
  readonly busy: boolean;
  /** As reported by `systemctl is-active`. */
  readonly kubelet: string;
  /** What the API server of this host answers to /readyz: 'ok', or what is wrong; null where none is to be here. */
  readonly readyz: string | null;
}

/** `K8s-Worker-3` is the Node `k8s-worker-3`: kubeadm and the kubelet lower the name that they are given. */
export function nodeNameOf(name: string): string {
  return name.trim().toLowerCase();
}

/** kubectl against the API server of the same host, so that the answer is about that control plane alone. */
export const ownKubectl = `manifest=${nodeFiles.apiManifest}
address=$(sed -n 's/^ *- --advertise-address=//p' "$manifest" 2>/dev/null)
port=$(sed -n 's/^ *- --secure-port=//p' "$manifest" 2>/dev/null)
case $address in *:*) address="[$address]" ;; esac
own() { kubectl --kubeconfig ${adminConf} --server "https://$address:$port" --cache-dir=/dev/null/none --request-timeout=10s "$@"; }
`;

const names: readonly NodeFile[] = [
  'adminConf',
  'kubeletConf',
  'bootstrapConf',
  'apiManifest',
  'etcdManifest',
  'kubeletConfig',
  'etcdData',
];

export const nodeFilesProbe: Probe<NodeFiles> = {
  key: 'kubeadm:node',
  volatile: true, // the kubelet and the API server come and go by themselves; see cluster:state
  script: `${names.map((name) => sh`if [ -e ${nodeFiles[name]} ]; then echo ${`file ${name}`}; fi`).join('\n')}
for conf in ${nodeFiles.kubeletConf} ${nodeFiles.bootstrapConf}; do
  [ -e "$conf" ] || continue
  sed -n 's/^ *server: *https:\\/\\//server /p' "$conf"
  grep -q '^ *client-certificate: ' "$conf" && echo rotated
  break
done
for path in /etc/kubernetes/*.conf /etc/kubernetes/pki/* /etc/kubernetes/pki/etcd/*; do
  if [ -f "$path" ] && ! [ -s "$path" ]; then echo torn; break; fi
done
for path in /proc/[0-9]*/comm; do
  name=; read -r name 2>/dev/null <"$path"
  if [ "$name" = kubeadm ]; then echo busy; break; fi
done
echo "kubelet $(systemctl is-active kubelet.service 2>/dev/null)"
if [ -e ${nodeFiles.apiManifest} ] && [ -e ${adminConf} ]; then
  ${ownKubectl.trim().replaceAll('\n', '\n  ')}
  echo "readyz $(own get --raw /readyz 2>&1 | tr '\\n' ' ')"
fi
if [ -e /etc/kubernetes/pki/ca.crt ]; then cat /etc/kubernetes/pki/ca.crt
else sed -n 's/^ *certificate-authority-data: *//p' ${nodeFiles.kubeletConf} 2>/dev/null | base64 -d; fi`,
  parse(out) {
    const after = (word: string): string | undefined =>
      out.stdout
        .split('\n')
        .find((line) => line.startsWith(`${word} `))
        ?.slice(word.length + 1)
        .trim();
    return {
      files: names.filter((name) => out.stdout.includes(`file ${name}\n`)),
      pins: pinsOf(out.stdout),
      server: after('server') ?? '',
      rotated: /^rotated$/m.test(out.stdout),
      torn: /^torn$/m.test(out.stdout),
      busy: /^busy$/m.test(out.stdout),
      kubelet: after('kubelet') || 'unknown',
      readyz: after('readyz') ?? null,
    };
  },
};

/** kubeadm's pins of the certificates in a text: the digest of each public key. */
export function pinsOf(text: string): string[] {
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return certificates.map((pem) => {
    const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
    return `sha256:${createHash('sha256').update(key).digest('hex')}`;
  });
}

export interface ClusterNode {
  readonly name: string;
  readonly ready: boolean;
  /** Why it is not Ready, in the words of its kubelet; '' where it is. */
  readonly why: string;
  readonly version: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The cluster as the API server of one control plane knows it. */
export type Cluster = ClusterAnswer | { readonly answers: false; readonly why: string };
export interface ClusterAnswer {
  readonly answers: true;
  readonly nodes: readonly ClusterNode[];
  /** kubeadm's ClusterConfiguration, as text; '' before `init` has stored it. */
  readonly configuration: string;
  /** Whether a new node can find and trust the cluster: the last step of `init` but the addons. */
  readonly discovery: boolean;
  /** Whether kube-proxy has all that it needs: the last thing that `init` makes. */
  readonly proxy: boolean;
}

const parts = {
  nodes: '/api/v1/nodes',
  configuration: '/api/v1/namespaces/kube-system/configmaps/kubeadm-config',
  discovery: '/api/v1/namespaces/kube-public/configmaps/cluster-info',
  proxy: '/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/rolebindings/kube-proxy',
} as const;

export const clusterProbe: Probe<Cluster> = {
  key: 'cluster:state',
  volatile: true, // nodes are ready or not by themselves; what kubeadm would do about them is held step by step
  shared: true,
  // `get --raw` alone: everything else writes kubectl's discovery cache.
  script: `[ -e ${adminConf} ] || exit 3
${ownKubectl}own get --raw /readyz >/dev/null || exit 4
${Object.entries(parts)
  .map(([name, path]) => `echo '--- ${name}'; own get --raw ${path} 2>&1`)
  .join('\n')}
:`,
  parse(out) {
    if (out.code === 3) return { answers: false, why: `there is no ${adminConf}` };
    if (out.code !== 0) return { answers: false, why: lastLine(out) };
    const said = (part: keyof typeof parts): string => section(out.stdout, part);
    const object = (part: keyof typeof parts): Json | null => jsonOf(said(part));
    const nodes = object('nodes');
    if (!nodes) return { answers: false, why: said('nodes').trim() };
    return {
      answers: true,
      nodes: (nodes.items ?? []).map(nodeOf),
      configuration: object('configuration')?.data?.ClusterConfiguration ?? '',
      discovery: object('discovery') !== null,
      proxy: object('proxy') !== null,
    };
  },
};

/** A member of the stacked etcd. */
export interface EtcdMember {
  readonly id: string;
  /** The node's name; '' where the member has never started. */
  readonly name: string;
  readonly address: string;
  readonly learner: boolean;
  readonly healthy: boolean;
}

/** How etcdctl is called on a control plane whose etcd is a static pod. */
const etcdctl = `node=$(sed -n 's/^ *- --name=//p' ${nodeFiles.etcdManifest})
etcd() { own -n kube-system exec "etcd-$node" -c etcd -- etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/peer.crt --key=/etc/kubernetes/pki/etcd/peer.key "$@"; }
`;

/** A script that uses `own` (kubectl on this API server) and `etcd` (etcdctl on this member). */
export const withEtcd = (script: string): string => `${ownKubectl}${etcdctl}${script}`;

/** Null where etcd cannot be asked. */
export const etcdProbe: Probe<readonly EtcdMember[] | null> = {
  key: 'cluster:etcd',
  volatile: true, // as the cluster's state
  shared: true,
  script: withEtcd(`echo '--- members'; etcd member list -w json || exit
echo '--- health'; etcd endpoint health --cluster --command-timeout=5s 2>&1
:`),
  parse(out) {
    const members = jsonOf(section(out.stdout, 'members'), { exactIntegers: true })?.members;
    if (!members) return null;
    const healthy = section(out.stdout, 'health')
      .split('\n')
      .filter((line) => line.includes(' is healthy'));
    return members.map((member) => {
      const client = member.clientURLs?.[0];
      const peer = member.peerURLs?.[0] ?? '';
      return {
        id: BigInt(member.ID ?? 0).toString(16),
        name: member.name ?? '',
        address: peer.replace(/^https?:\/\//, '').replace(/:\d+$/, ''),
        learner: member.isLearner === true,
        healthy: client !== undefined && healthy.some((line) => line.includes(client)),
      };
    });
  },
};

/** Whether a kubeconfig is there: in check mode unknown where the cluster itself is only predicted. */
export function kubeconfigProbe(path: string): Probe<boolean> {
  return { key: `kubeconfig:${path}`, script: sh`[ -e ${path} ]`, parse: (out) => out.code === 0 };
}

/** What is read of Kubernetes' and etcd's answers. */
interface Json {
  readonly items?: readonly Json[];
  readonly data?: { readonly ClusterConfiguration?: string };
  readonly metadata?: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly nodeInfo?: { readonly kubeletVersion: string };
  };
  readonly members?: readonly Member[];
}
interface Member {
  readonly ID?: string;
  readonly name?: string;
  readonly peerURLs?: readonly string[];
  readonly clientURLs?: readonly string[];
  readonly isLearner?: boolean;
}

/** Null where the text is not JSON: an error message. Member ids have 64 bits: they must stay text. */
function jsonOf(text: string, { exactIntegers = false } = {}): Json | null {
  try {
    return parseJson(exactIntegers ? text.replace(/"ID":(\d+)/g, '"ID":"$1"') : text) as Json;
  } catch (error) {
    if (error instanceof TaskFailure) throw error;
    return null;
  }
}

function nodeOf({ metadata, status }: Json): ClusterNode {
  const condition = status?.conditions?.find((c) => c.type === 'Ready');
  const ready = condition?.status === 'True';
  return {
    name: metadata?.name ?? '',
    ready,
    why: ready ? '' : (condition?.message ?? ''),
    version: status?.nodeInfo?.kubeletVersion ?? '',
    address: status?.addresses?.find((a) => a.type === 'InternalIP')?.address ?? '',
    labels: metadata?.labels ?? {},
  };
}

export function section(text: string, name: string): string {
  const start = text.indexOf(`--- ${name}\n`);
  if (start < 0) return '';
  const body = text.slice(start + name.length + 5);
  const end = body.search(/^--- /m);
  return end < 0 ? body : body.slice(0, end);
}

export function lastLine(out: Output): string {
  return out.stderr.trim().split('\n').at(-1) || `exit code ${out.code}`;
}
