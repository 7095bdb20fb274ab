# The floor: all that ha-prep.yml declares, checked and where needed changed by one hand-written script, which a host's /bin/sh
# runs as root. `node_name` and `loadbalancer` (yes or no) are set in lines before this. Prints what it changed.
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
timezone=Etc/UTC api_name=k8s-api.lab.internal api_address=10.20.1.5 api_port=6443 open_files=65536

note() { echo "changed: $1"; }

# put PATH [CHECK]: the file gets the text on standard input; CHECK must accept the new one first.
put() {
  new=$(cat && echo .) old=$(cat "$1" 2>/dev/null && echo .) || :
  [ "$new" != "$old" ] || [ "$(stat -c %a:%u:%g "$1")" != 644:0:0 ] || return 1
  printf %s "${new%.}" >"$1.new"
  chmod 644 "$1.new" && chown root:root "$1.new"
  [ $# -eq 1 ] || "${2}" "$1.new" >/dev/null
  mv -f "$1.new" "$1"
  note "$1"
}

folder() {
  [ "$(stat -c %F:%a:%u:%g "$1" 2>/dev/null)" = directory:755:0:0 ] && return
  mkdir -p "$1" && chmod 755 "$1" && chown root:root "$1"
  note "$1"
}

packages() {
  here=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || :)
  missing=
  for package; do
    case "
$here
" in *"
installed $package
"*) ;; *) missing="$missing $package" ;; esac
  done
  [ "$missing" ] || return 0
  [ "$(find /var/lib/apt/lists -name '*_Packages' -mmin -1440)" ] || apt-get -qq update
  apt-get -qq -y --no-install-recommends install $missing >/dev/null
  note "packages:$missing"
}

setting() {
  [ "$(cat "/proc/sys/$1")" = "$2" ] && return
  echo "$2" >"/proc/sys/$1"
  note "$1"
}

runs() {
  [ "$(systemctl is-active "$1")-$(systemctl is-enabled "$1")" = active-enabled ] && return
  systemctl enable --now "$1" 2>/dev/null
  note "service $1"
}

valid_haproxy() { haproxy -c -f "$1"; }

main() {
  restart= reload=
  [ "$(cat /etc/hostname)-$(hostname)" = "$node_name-$node_name" ] || { echo "$node_name" >/etc/hostname; hostname "$node_name"; note hostname; }
  put /etc/hosts <<END || :
127.0.0.1 localhost
127.0.1.1 $node_name
$api_address $api_name
10.20.1.5 k8s-lb
10.20.1.10 k8s-master-1
10.20.1.11 k8s-master-2
10.20.1.20 k8s-worker-1
10.20.1.21 k8s-worker-2

::1 localhost ip6-localhost ip6-loopback
END
  packages curl jq socat conntrack ethtool ebtables ipvsadm logrotate tzdata
  echo "$timezone" | put /etc/timezone || :
  [ "$(readlink /etc/localtime)" = "/usr/share/zoneinfo/$timezone" ] || { ln -sf "/usr/share/zoneinfo/$timezone" /etc/localtime; note /etc/localtime; }
  ! grep -q '^/swapfile ' /etc/fstab || { sed -i '\,^/swapfile ,d' /etc/fstab; note /etc/fstab; }
  for path in /etc/kubernetes /etc/kubernetes/manifests /opt/cni /etc/cni /etc/cni/net.d; do folder $path; done
  put /etc/modules-load.d/k8s.conf <<END || :
# loaded at boot on $node_name
overlay
br_netfilter
END
  for module in overlay br_netfilter; do
    [ -d /sys/module/$module ] || grep -q "/$module.ko" /lib/modules/*/modules.builtin || { modprobe $module; note "module $module"; }
  done
  put /etc/sysctl.d/99-k8s.conf <<END || :
net.ipv4.ip_forward = 1
net.bridge.bridge-nf-call-iptables = 1
fs.inotify.max_user_instances = 8192
vm.max_map_count = 262144
END
  setting net/ipv4/ip_forward 1
  setting net/bridge/bridge-nf-call-iptables 1
  setting fs/inotify/max_user_instances 8192
  setting vm/max_map_count 262144
  packages containerd containernetworking-plugins
  put /etc/containerd/config.toml <<END && restart=yes
version = 2

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "k8s.gcr.io/pause:3.2"

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/opt/cni/bin"
  conf_dir = "/etc/cni/net.d"
END
  folder /etc/systemd/system/containerd.service.d
  put /etc/systemd/system/containerd.service.d/limits.conf <<END && restart=yes
[Service]
LimitNOFILE=$open_files
END
  runs containerd
  put /etc/crictl.yaml <<END || :
runtime-endpoint: unix:///run/containerd/containerd.sock
image-endpoint: unix:///run/containerd/containerd.sock
timeout: 10
END
  put /etc/cni/net.d/10-bench.conflist <<END || :
{
  "cniVersion": "0.4.0",
  "name": "bench",
  "plugins": [{ "type": "bridge", "bridge": "cni0", "ipam": { "type": "host-local", "subnet": "10.244.0.0/16" } }]
}
END
  put /etc/logrotate.d/pods <<END || :
/var/log/pods/*/*/*.log {
  size 10M
  rotate 5
  missingok
  copytruncate
}
END
  echo "export KUBERNETES_API=https://$api_name:$api_port" | put /etc/profile.d/k8s.sh || :
  put /etc/security/limits.d/90-k8s.conf <<END || :
* soft nofile $open_files
* hard nofile $open_files
END
  echo "$node_name: a node of the cluster behind $api_name" | put /etc/motd || :
  if [ "$restart" ]; then
    systemctl daemon-reload
    systemctl restart containerd
    note 'restarted containerd'
  fi
  [ "$loadbalancer" = yes ] || return 0
  packages haproxy
  put /etc/haproxy/haproxy.cfg valid_haproxy <<END && reload=yes
global
  maxconn 2000
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
frontend api
  bind *:$api_port
  default_backend control-plane
backend control-plane
  option tcp-check
  server k8s-master-1 10.20.1.10:$api_port check
  server k8s-master-2 10.20.1.11:$api_port check
END
  runs haproxy
  [ -z "$reload" ] || { systemctl reload haproxy; note 'reloaded haproxy'; }
}

# Read whole before it begins: its commands would take the rest of the script as their input.
main </dev/null
