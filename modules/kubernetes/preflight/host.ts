import { TaskFailure } from '../../../engine/module/failure.ts';
import type { Probe } from '../../../engine/module/probe.ts';
import { lastLine } from '../cluster.ts';

/** A host as it is before it becomes part of a cluster. */
export interface Host {
  readonly kernel: string;
  readonly architecture: string;
  /** What a pod inherits: the file, and the nameservers in it. */
  readonly resolver: { readonly file: string; readonly nameservers: readonly string[] };
  /** Installed packages of container runtimes. */
  readonly packages: readonly string[];
  /** Other distributions of Kubernetes, by name. */
  readonly distributions: readonly string[];
  /** Firewalls that are on: `ufw`, `firewalld`, or the chain of nftables or iptables that drops. */
  readonly firewalls: readonly string[];
  /** Files in /etc/cni/net.d. */
  readonly networks: readonly string[];
  /** Network devices that pod networks make. */
  readonly devices: readonly string[];
  /** What cloud-init does at each boot; undefined where it is not there or off. */
  readonly cloudInit?: { readonly managesHosts: boolean; readonly keepsName: boolean; readonly name: string };
  /** Free megabytes and inodes of /var/lib; 0 inodes: the file system has no limit. */
  readonly freeMegabytes: number;
  readonly inodes: { readonly all: number; readonly free: number };
  /** Entries of apt's sources: the file, the address without a slash at its end, the key. */
  readonly sources: readonly Source[];
  /** Addresses with the length of their network: `192.0.2.10/24`. */
  readonly networksOf: readonly string[];
}

export interface Source {
  readonly file: string;
  readonly url: string;
  readonly key: string;
}

/** Packages of container runtimes that are in each other's way. */
const runtimes = ['containerd', 'containerd.io', 'docker.io', 'docker-ce', 'moby-engine'];

/** Everything in one round trip, by what each POSIX host with apt has; a part that cannot be read is left empty. */
export const hostProbe: Probe<Host> = {
  key: 'kubernetes-host:',
  script: `(
echo "kernel $(uname -r)"
echo "architecture $(dpkg --print-architecture 2>/dev/null)"
resolver=/etc/resolv.conf
[ -s /run/systemd/resolve/resolv.conf ] && grep -q '^nameserver 127\\.0\\.0\\.53' /etc/resolv.conf && resolver=/run/systemd/resolve/resolv.conf
echo "resolver $resolver"
sed -n 's/^[[:space:]]*nameserver[[:space:]]\\{1,\\}/nameserver /p' "$resolver"
dpkg-query -W -f 'package \${binary:Package} \${db:Status-Status}\\n' ${runtimes.join(' ')} | sed -n 's/ installed$//p'
for path in /usr/local/bin/k3s /var/lib/k0s /var/lib/rancher/rke2 /snap/microk8s /var/snap/microk8s; do [ -e "$path" ] && echo "distribution $path"; done
grep -qi '^ENABLED=yes' /etc/ufw/ufw.conf && echo 'firewall ufw'
[ -d /run/firewalld ] && echo 'firewall firewalld'
nft list chains | awk '$1 == "table" { table = $2 " " $3 } $1 == "chain" { chain = $2 } /hook (input|forward)/ && /policy drop/ { print "firewall", table, chain }'
for file in /etc/cni/net.d/*; do [ -f "$file" ] && echo "network \${file##*/}"; done
for device in /sys/class/net/*; do echo "device \${device##*/}"; done | grep -E ' (cni0|flannel\\.|cali|cilium_|vxlan\\.calico|weave|kube-ipvs0|kube-bridge)'
if [ -d /etc/cloud ] && [ ! -e /etc/cloud/cloud-init.disabled ] && command -v cloud-init >/dev/null; then
  cat /etc/cloud/cloud.cfg /etc/cloud/cloud.cfg.d/*.cfg | sed -n 's/^\\(manage_etc_hosts\\|preserve_hostname\\):[[:space:]]*/cloud \\1 /p'
  echo "cloud name $(hostname)"
fi
df -Pm /var/lib | awk 'NR == 2 { print "free", $4 }'
df -Pi /var/lib | awk 'NR == 2 { print "inodes", $2, $4 }'
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -f "$file" ] && sed -n "s|^deb[[:space:]]*\\(.*\\)|source $file \\1|p" "$file"
done
for file in /etc/apt/sources.list.d/*.sources; do
  [ -f "$file" ] && awk -v file="$file" '
    function entry() { for (i in urls) print "source", file, "[signed-by=" key "]", urls[i]; split("", urls); key = "" }
    /^[[:space:]]*$/ { entry() } tolower($1) == "uris:" { for (n = 2; n <= NF; n++) urls[n] = $n } tolower($1) == "signed-by:" { key = $2 }
    END { entry() }' "$file"
done
ip -o addr show scope global | awk '{ print "address", $4 }'
) 2>/dev/null`,
  parse(out) {
    const lines = out.stdout.split('\n').map((line) => line.trim());
    const all = (word: string): string[] =>
      lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
    const one = (word: string): string => all(word)[0] ?? '';
    if (one('kernel') === '') throw new TaskFailure(`the host cannot be looked at: ${lastLine(out)}`);
    const cloud = new Map(all('cloud').map((line) => [line.split(' ')[0]!, line.replace(/^\S+ /, '').trim()]));
    const [allInodes = 0, freeInodes = 0] = one('inodes').split(' ').map(Number);
    return {
      kernel: one('kernel'),
      architecture: one('architecture'),
      resolver: { file: one('resolver'), nameservers: all('nameserver').map((line) => line.split(/\s/)[0]!) },
      packages: all('package').map((name) => name.split(':')[0]!),
      distributions: [...new Set(all('distribution').map(distributionOf))],
      firewalls: all('firewall'),
      networks: all('network'),
      devices: all('device'),
      ...(cloud.has('name') && {
        cloudInit: {
          managesHosts: /^(true|yes|template|localhost)/i.test(
            (cloud.get('manage_etc_hosts') ?? '').replaceAll(/["']/g, ''),
          ),
          keepsName: /^(true|yes)/i.test(cloud.get('preserve_hostname') ?? ''),
          name: cloud.get('name')!,
        },
      }),
      freeMegabytes: Number(one('free')),
      inodes: { all: allInodes || 0, free: freeInodes || 0 },
      sources: all('source').flatMap(sourceOf),
      networksOf: all('address'),
    };
  },
};

function distributionOf(path: string): string {
  return /k3s|k0s|rke2|microk8s/.exec(path)?.[0] ?? path;
}

/** A line of sources.list, without its `deb`; options are in brackets. */
function sourceOf(line: string): readonly Source[] {
  const [, file, options = '', url] = /^(\S+)\s+(?:\[([^\]]*)\]\s*)?(\S+)/.exec(line) ?? [];
  if (file === undefined || url === undefined) return [];
  const key = /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1] ?? '';
  return [{ file, url: url.replace(/\/+$/, ''), key }];
}
