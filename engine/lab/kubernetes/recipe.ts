/** What is built, and from what: data alone. Its digest names the folder of the compiled binaries in the cache. */

export const version = '1.20.2';

/** cri-tools has versions of its own; this one belongs to Kubernetes 1.20. */
export const criToolsVersion = '1.20.0';

/** bookworm's Go is the newest that builds this Kubernetes without more changes than the one to reflect2. */
export const suite = 'bookworm';

export const buildPackages = [
  'ca-certificates',
  'dpkg-dev',
  'gcc',
  'golang-go',
  'golang-github-modern-go-reflect2-dev',
  'libc6-dev',
  'make',
  'rsync',
] as const;

/** The folder that `go build` makes each binary from, inside the Kubernetes tree. */
export const binaries = [
  'kubeadm',
  'kubectl',
  'kubelet',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'crictl',
] as const;

export type Binary = (typeof binaries)[number] | 'pause';

export const goEnvironment = { GO111MODULE: 'off', CGO_ENABLED: '0', GOPATH: '/build/go', GOFLAGS: '-trimpath' };

const stamps = {
  gitMajor: version.split('.')[0],
  gitMinor: version.split('.')[1],
  gitVersion: `v${version}`,
  gitCommit: 'faecb196815e248d3ecfb03c680a4507229c2a56',
  gitTreeState: 'clean',
  buildDate: '2021-01-13T13:20:00Z',
};

const stampedPackages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];

/** Stripped, and saying which version they are: kubeadm compares it with the kubelet's and with the cluster's. */
export const linkerFlags = [
  '-s',
  '-w',
  `-X main.version=${criToolsVersion}`,
  ...stampedPackages.flatMap((name) =>
    Object.entries(stamps).map(([key, value]) => `-X k8s.io/kubernetes/vendor/${name}.${key}=${value}`),
  ),
].join(' ');

export const pauseFlags = ['-Os', '-Wall', '-static', '-s', '-DVERSION=3.2'];

/** All times in packages and images are this one, so that the same recipe gives the same bytes. */
export const epoch = Date.parse(stamps.buildDate) / 1000;
