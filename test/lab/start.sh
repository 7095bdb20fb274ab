#!/bin/sh
# npm start: from a fresh clone to a cluster: setup, five real hosts on this machine, the playbook, the nodes.
set -eu
cd "$(dirname "$0")/../.."
sh test/setup.sh
node dist/tsplay.js lab up -i inventory/lab.yml
node dist/tsplay.js run playbooks/ha-cluster.yml -i inventory/lab.yml
state="${XDG_STATE_HOME:-$HOME/.local/state}/tsplay/lab"
echo
echo 'kubectl get nodes -o wide, through the load balancer:'
ssh -i "$state/id_ed25519" -o UserKnownHostsFile="$state/known_hosts" -o BatchMode=yes root@127.20.1.10 \
  kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes -o wide
