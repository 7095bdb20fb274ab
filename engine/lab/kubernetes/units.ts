/** The units of kubelet and containerd, kubeadm's drop-in, and what the packages' scripts do about them. */

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

export const containerdUnit = `[Unit]
Description=containerd: the container runtime
Documentation=https://containerd.io
After=network.target dbus.service

[Service]
Type=notify
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/bin/containerd
Delegate=yes
KillMode=process
Restart=always
RestartSec=5
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
OOMScoreAdjust=-999

[Install]
WantedBy=multi-user.target
`;

/** As the community's package has it: nothing for Kubernetes until somebody configures it. */
export const containerdConfig = `disabled_plugins = ["cri"]
`;

/** The package's unit is enabled and started, as Debian's packages do. */
export const startContainerd = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
  if [ "$1" = configure ] && [ -z "$2" ]; then
    systemctl enable containerd.service >/dev/null 2>&1 || true
    systemctl start containerd.service || true
  elif [ "$1" = configure ]; then
    systemctl try-restart containerd.service || true
  fi
fi
`;

const onSystemd = (command: string): string => `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  ${command} || true
fi
`;

export const reloadUnits = onSystemd('systemctl --system daemon-reload >/dev/null');

export const stopKubelet = onSystemd('[ "$1" != remove ] || systemctl stop kubelet.service');

export const stopContainerd = onSystemd('[ "$1" != remove ] || systemctl stop containerd.service');
