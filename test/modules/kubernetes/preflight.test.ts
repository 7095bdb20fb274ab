import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { type Host, hostProbe } from '../../../modules/kubernetes/preflight/host.ts';
import { looks, type Wanted } from '../../../modules/kubernetes/preflight/looks.ts';

const good: Host = {
  kernel: '6.1.0-28-amd64',
  architecture: 'amd64',
  resolver: { file: '/etc/resolv.conf', nameservers: ['192.0.2.53'] },
  packages: [],
  distributions: [],
  firewalls: [],
  networks: [],
  devices: [],
  freeMegabytes: 20_000,
  inodes: { all: 1_000_000, free: 900_000 },
  sources: [],
  networksOf: ['192.0.2.10/24'],
};

const wanted: Wanted = {
  state: 'worker',
  joined: false,
  node_name: 'w1',
  node_ip: '192.0.2.10',
  resolv_conf: '',
  container_runtime: 'containerd.io',
  cni_plugin: 'flannel',
  firewall_ready: false,
  minimum_disk_mb: 4000,
  minimum_inodes: 50_000,
  virtual_ip: '',
  repositories: [
    { name: 'kubernetes', url: 'https://pkgs.example/v1.36/deb/' },
    { name: 'containerd', url: '' },
  ],
};

const cloudInit = { managesHosts: false, keepsName: true, name: 'w1' };

/** Of each row of the table: what it refuses, and what is so near to that and fine. */
const cases: Readonly<
  Record<string, { wrong: [Partial<Host>, Partial<Wanted>?][]; fine: [Partial<Host>, Partial<Wanted>?][] }>
> = {
  kernel: {
    wrong: [[{ kernel: '4.18.0-553.el8' }], [{ kernel: '3.10.0' }]],
    fine: [[{ kernel: '4.19.0' }], [{ kernel: '5.4' }]],
  },
  architecture: {
    wrong: [[{ architecture: 'armhf' }], [{ architecture: 'i386' }]],
    fine: [[{ architecture: 'arm64' }]],
  },
  addresses: { wrong: [[{}, { node_ip: '2001:db8::1' }]], fine: [[{}]] },
  nameserver: {
    wrong: [
      [{ resolver: { file: '/etc/resolv.conf', nameservers: [] } }],
      [{ resolver: { file: '/etc/resolv.conf', nameservers: ['127.0.0.1'] } }],
      [{ resolver: { file: '/etc/resolv.conf', nameservers: ['192.0.2.53', '::1'] } }],
    ],
    fine: [[{ resolver: { file: '/etc/resolv.conf', nameservers: [] } }, { resolv_conf: '/etc/other' }]],
  },
  'other Kubernetes': { wrong: [[{ distributions: ['k3s'] }]], fine: [[{}]] },
  'other runtimes': {
    wrong: [
      [{ packages: ['docker.io', 'containerd'] }],
      [{ packages: ['docker-ce'] }, { container_runtime: 'containerd' }],
    ],
    fine: [
      [{ packages: ['docker-ce', 'containerd.io'] }],
      [{ packages: ['docker.io', 'containerd'] }, { container_runtime: 'containerd' }],
    ],
  },
  firewall: {
    wrong: [[{ firewalls: ['ufw'] }], [{ firewalls: ['inet filter input'] }]],
    fine: [[{ firewalls: ['ufw'] }, { firewall_ready: true }]],
  },
  'networks of others': {
    wrong: [[{ networks: ['10-calico.conflist'] }], [{ networks: ['10-flannel.conflist', '00-x.conf'] }]],
    fine: [
      [{ networks: ['10-flannel.conflist', 'calico-kubeconfig'] }],
      [{ networks: ['10-calico.conflist'] }, { cni_plugin: 'none' }],
    ],
  },
  'devices of an earlier cluster': { wrong: [[{ devices: ['cni0', 'flannel.1'] }]], fine: [[{}]] },
  '/etc/hosts': { wrong: [[{ cloudInit: { ...cloudInit, managesHosts: true } }]], fine: [[{ cloudInit }]] },
  'host name': {
    wrong: [[{ cloudInit: { ...cloudInit, keepsName: false, name: 'ip-10-0-0-1' } }]],
    fine: [
      [{ cloudInit: { ...cloudInit, keepsName: false, name: 'W1' } }],
      [{ cloudInit: { ...cloudInit, name: 'x' } }],
    ],
  },
  disk: { wrong: [[{ freeMegabytes: 3999 }]], fine: [[{ freeMegabytes: 4000 }]] },
  inodes: { wrong: [[{ inodes: { all: 60_000, free: 10 } }]], fine: [[{ inodes: { all: 0, free: 0 } }]] },
  'package sources': {
    wrong: [[{ sources: [{ file: '/etc/apt/sources.list', url: 'https://pkgs.example/v1.36/deb', key: '/k' }] }]],
    fine: [
      [
        {
          sources: [
            { file: '/etc/apt/sources.list.d/kubernetes.sources', url: 'https://pkgs.example/v1.36/deb', key: '/k' },
          ],
        },
      ],
      [{ sources: [{ file: '/etc/apt/sources.list', url: 'https://pkgs.example/v1.35/deb', key: '' }] }],
    ],
  },
  'virtual address': {
    wrong: [[{}, { state: 'loadbalancer', virtual_ip: '198.51.100.9' }]],
    fine: [
      [{}, { state: 'loadbalancer', virtual_ip: '192.0.2.9' }],
      [{}, { virtual_ip: '198.51.100.9' }],
    ],
  },
};

describe('what is looked at before a host joins', () => {
  it('has a case for each look', () => expect(Object.keys(cases)).to.deep.equal(looks.map(({ about }) => about)));

  for (const look of looks)
    it(look.about, () => {
      const found = ([host, more]: [Partial<Host>, Partial<Wanted>?]) =>
        look.find({ ...good, ...host }, { ...wanted, ...more });
      const { wrong, fine } = cases[look.about]!;
      for (const one of wrong) {
        const [text, next] = found(one) ?? [];
        expect(text, JSON.stringify(one)).to.match(/^\S.*\S$/);
        expect(next, JSON.stringify(one)).to.match(/^\S.*[^.]$/);
      }
      for (const one of [[{}] as [Partial<Host>], ...fine]) expect(found(one), JSON.stringify(one)).to.equal(undefined);
    });

  it('is read from a host', () => {
    const said = `kernel 6.1.0
architecture amd64
resolver /run/systemd/resolve/resolv.conf
nameserver 192.0.2.53
nameserver 2001:db8::53 # second
package docker.io
distribution /usr/local/bin/k3s
distribution /var/lib/rancher/rke2
firewall ufw
firewall inet filter input
network 10-flannel.conflist
device cni0
cloud manage_etc_hosts "localhost"
cloud preserve_hostname false
cloud name ip-1
free 1234
inodes 100 7
source /etc/apt/sources.list [arch=amd64 signed-by=/k.gpg] https://a.example/deb/ stable main
source /etc/apt/sources.list http://b.example/debian bookworm main
source /etc/apt/sources.list.d/x.sources [signed-by=/x.asc] https://x.example/
address 192.0.2.10/24
address 2001:db8::1/64
`;
    expect(hostProbe.parse({ code: 1, stdout: said, stderr: '' })).to.deep.equal({
      kernel: '6.1.0',
      architecture: 'amd64',
      resolver: { file: '/run/systemd/resolve/resolv.conf', nameservers: ['192.0.2.53', '2001:db8::53'] },
      packages: ['docker.io'],
      distributions: ['k3s', 'rke2'],
      firewalls: ['ufw', 'inet filter input'],
      networks: ['10-flannel.conflist'],
      devices: ['cni0'],
      cloudInit: { managesHosts: true, keepsName: false, name: 'ip-1' },
      freeMegabytes: 1234,
      inodes: { all: 100, free: 7 },
      sources: [
        { file: '/etc/apt/sources.list', url: 'https://a.example/deb', key: '/k.gpg' },
        { file: '/etc/apt/sources.list', url: 'http://b.example/debian', key: '' },
        { file: '/etc/apt/sources.list.d/x.sources', url: 'https://x.example', key: '/x.asc' },
      ],
      networksOf: ['192.0.2.10/24', '2001:db8::1/64'],
    });
  });

  it('is read by a script that any sh understands', () => {
    const { stdout, status } = spawnSync('sh', ['-c', hostProbe.script], { encoding: 'utf8' });
    const host = hostProbe.parse({ code: status ?? 1, stdout, stderr: '' });
    expect(host.kernel).to.match(/^\d+\.\d+/);
    expect(host.freeMegabytes).to.be.greaterThan(0);
  });
});
