/** The kubelet's unit and kubeadm's drop-in for it, and what the packages' scripts do about them. */

export const kubeletUnit = `[Unit]
Description=kubelet: the Kubernetes agent of this node
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

// kubeadm writes kubeadm-flags.env; /etc/default/kubelet is the administrator's.
export const kubeadmDropIn = `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;

const onSystemd = (command: string): string => `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  ${command} || true
fi
`;

export const reloadUnits = onSystemd('systemctl --system daemon-reload >/dev/null');

export const stopKubelet = onSystemd('[ "$1" != remove ] || systemctl stop kubelet.service');
