import { X509Certificate } from 'node:crypto';
import { parseJson } from '../../../engine/module/json.ts';
import type { Probe } from '../../../engine/module/probe.ts';
import { sh } from '../../../engine/module/quote.ts';
import { adminConf, type Cluster, clusterProbe, lastLine, section, withEtcd } from '../cluster.ts';
import { type Pods, podsOf } from '../pods.ts';

export interface EtcdStatus {
  readonly name: string;
  readonly learner: boolean;
  /** It answers, and knows a leader. */
  readonly healthy: boolean;
  readonly leader: boolean;
  readonly bytes: number;
}

/** A cluster as one of its control planes knows it. */
export interface Overview {
  readonly cluster: Cluster;
  readonly pods: Pods;
  readonly etcd: readonly EtcdStatus[] | string;
  /** 'ok', or why the API cannot be reached by the endpoint that the nodes use. */
  readonly endpoint: string;
}

/** Everything that a control plane can tell about the cluster, in one round trip. */
export function overviewProbe(namespaces: readonly string[]): Probe<Overview> {
  const etcd = `echo '--- etcd-members'; etcd member list -w json 2>&1
echo '--- etcd-status'; etcd endpoint status --cluster --command-timeout=5s -w json 2>/dev/null`;
  const lists = namespaces.map(
    (name) => sh`echo ${`--- pods ${name}`}; own get --raw ${`/api/v1/namespaces/${name}/pods`}`,
  );
  return {
    key: `cluster:overview:${namespaces.join()}`,
    volatile: true,
    shared: true,
    script: `(
${clusterProbe.script}
) || exit
echo '--- clock'; date +%s
${withEtcd(`${etcd}
${lists.join('\n')}
echo '--- endpoint'; kubectl --kubeconfig ${adminConf} --cache-dir=/dev/null/none --request-timeout=10s get --raw /readyz 2>&1
:`)}`,
    parse(out) {
      const cluster = clusterProbe.parse(out);
      const said = (name: string): string => section(out.stdout, name).trim();
      if (!cluster.answers) return { cluster, pods: noPods, etcd: cluster.why, endpoint: cluster.why };
      const texts = namespaces.map((name) => said(`pods ${name}`)).filter((text) => text.startsWith('{'));
      const endpoint = said('endpoint');
      return {
        cluster,
        pods: podsOf(texts, Number(said('clock'))),
        etcd: etcdOf(said('etcd-members'), said('etcd-status')),
        endpoint: endpoint.endsWith('ok') ? 'ok' : (endpoint.split('\n').at(-1) ?? lastLine(out)),
      };
    },
  };
}

const noPods: Pods = { total: 0, troubles: [], versions: [] };

/** Numbers of etcd have 64 bits: they must stay text. */
const exact = (text: string): unknown => parseJson(text.replaceAll(/"(ID|member_id|leader)":(\d+)/g, '"$1":"$2"'));

function etcdOf(members: string, status: string): readonly EtcdStatus[] | string {
  if (!members.startsWith('{')) return members.split('\n').at(-1) || 'etcd cannot be asked';
  interface Member {
    readonly ID: string;
    readonly name?: string;
    readonly isLearner?: boolean;
  }
  interface Status {
    readonly Status: {
      readonly header: { readonly member_id: string };
      readonly leader?: string;
      readonly dbSize?: number;
      readonly errors?: readonly string[];
    };
  }
  const said = status.startsWith('[') ? (exact(status) as readonly Status[]) : [];
  return (exact(members) as { members: readonly Member[] }).members.map(({ ID, name = '', isLearner = false }) => {
    const own = said.find(({ Status: one }) => one.header.member_id === ID)?.Status;
    return {
      name,
      learner: isLearner,
      healthy: own?.leader !== undefined && own.leader !== '0' && (own.errors ?? []).length === 0,
      leader: own?.leader === ID,
      bytes: own?.dbSize ?? 0,
    };
  });
}

/** What a node says of itself. */
export interface NodeSight {
  /** Seconds that its clock is ahead of the controller's. */
  readonly clock: number;
  readonly certificates: readonly { readonly file: string; readonly until: number }[];
  /** 'ok', '' where it was not asked for, or what went wrong. */
  readonly service: string;
  readonly dns: string;
}

/** The addresses that are tried from every node; '' leaves one out. */
export interface Tried {
  readonly service: string;
  readonly dns: string;
  readonly name: string;
}

/** The n-th address of a range, or of the first of two ranges; kubeadm gives the first and the tenth away. */
export function nthAddress(ranges: string, n: number): string {
  const base = ranges.split(',')[0]!.replace(/\/.*$/, '').trim();
  if (base === '' || base.endsWith('::')) return base === '' ? '' : `${base}${n.toString(16)}`;
  const address = base.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0) + n;
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.');
}

export function nodeProbe({ service, dns, name }: Tried): Probe<NodeSight> {
  /** A connection by TCP as the shell's third file. */
  const connected = (address: string, port: number): string => `exec 3<>/dev/tcp/${address}/${port}`;
  return {
    key: `cluster:node:${service}:${dns}:${name}`,
    volatile: true,
    script: `echo '--- clock'; date +%s
for file in /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt /var/lib/kubelet/pki/kubelet-client-current.pem; do
  [ -f "$file" ] || continue
  echo "--- certificate $file"; sed -n '/BEGIN CERT/,/END CERT/p' "$file"
done
for file in /etc/kubernetes/*.conf; do
  data=$(sed -n 's/^ *client-certificate-data: *//p' "$file" 2>/dev/null)
  if [ -n "$data" ]; then echo "--- certificate $file"; echo "$data" | base64 -d; echo; fi
done
${service === '' ? '' : `echo '--- service'; ${sh`timeout 5 bash -c ${`${connected(service, 443)} && echo ok`}`} 2>&1 || echo "no answer"`}
${dns === '' ? '' : `echo '--- dns'; ${sh`timeout 5 bash -c ${`${connected(dns, 53)} && printf ${question(name)} >&3 && head -c 14 <&3 | od -An -v -tu1`}`} 2>&1 || echo "no answer"`}
:`,
    parse(out) {
      const said = (part: string): string => section(out.stdout, part).trim();
      const certificates = [...out.stdout.matchAll(/^--- certificate (.+)\n/gm)].flatMap(([, file]) => {
        const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(said(`certificate ${file}`))?.[0];
        return pem === undefined ? [] : [{ file: file!, until: Date.parse(new X509Certificate(pem).validTo) / 1000 }];
      });
      return {
        clock: Number(said('clock')) - Math.round(Date.now() / 1000),
        certificates,
        service: service === '' ? '' : triedOf(said('service')),
        dns: dns === '' ? '' : answerOf(said('dns')),
      };
    },
  };
}

function triedOf(text: string): string {
  return text.endsWith('ok') ? 'ok' : `no answer${text.includes('refused') ? ': connection refused' : ''}`;
}

/** A question of DNS over TCP for an A record, in escapes of printf. */
function question(name: string): string {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  const message = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 1, 0, 1];
  const bytes = [message.length >> 8, message.length & 255, ...message];
  return `'${bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}'`;
}

/** Length (2), id (2), flags (2), questions (2), answers (2) … */
function answerOf(text: string): string {
  const bytes = /^[\d\s]+$/.test(text) ? text.trim().split(/\s+/).map(Number) : [];
  if (bytes.length < 10) return triedOf(text);
  const code = bytes[5]! & 15;
  if (code !== 0) return code === 3 ? 'no such name' : `answers with error ${code}`;
  return bytes[8]! * 256 + bytes[9]! > 0 ? 'ok' : 'no address for the name';
}

export interface BalancedServer {
  readonly name: string;
  readonly up: boolean;
  /** What the load balancer's check says of it. */
  readonly says: string;
}

/** What HAProxy sees, from its own socket; a text where it cannot be asked. perl is part of every Debian and Ubuntu. */
export function balancerProbe(socket: string): Probe<readonly BalancedServer[] | string> {
  const script = `my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$ARGV[0]: $!\\n"; print $s "show stat\\n"; print while <$s>;`;
  return {
    key: `haproxy:${socket}`,
    volatile: true,
    script: sh`perl -MIO::Socket::UNIX -e ${script} -- ${socket}`,
    parse(out) {
      if (out.code !== 0) return lastLine(out);
      const [head = '', ...lines] = out.stdout.trim().split('\n');
      const columns = head.replace(/^# /, '').split(',');
      return lines.flatMap((line) => {
        const cells = line.split(',');
        const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
        if (['FRONTEND', 'BACKEND'].includes(cell('svname')) || cell('type') !== '2') return [];
        const says = [cell('status'), cell('check_status'), cell('last_chk')].filter((word) => word !== '').join(' ');
        return [{ name: cell('svname'), up: /^(UP|no check)/.test(cell('status')), says }];
      });
    },
  };
}
