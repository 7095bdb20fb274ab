import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { type Given, type Rendered, render } from './rendered.ts';

/** What is looked at in kubeadm's documents. */
interface Document {
  readonly apiVersion: string;
  readonly nodeRegistration: { readonly kubeletExtraArgs: unknown; readonly taints?: unknown };
  readonly apiServer: { readonly certSANs: readonly string[] };
}
type Documents = Document[];

/** Every branch that the roles' variables have, in cases whose outcome is looked at. */
const cases: Readonly<Record<string, Given>> = {
  'the defaults: one machine': {},
  'one load balancer, two workers': { loadBalancers: 1, controlPlanes: 2, workers: 2 },
  'two load balancers, three control planes': {
    loadBalancers: 2,
    controlPlanes: 3,
    workers: 1,
    vars: {
      loadbalancer_virtual_ip: '192.0.2.99',
      loadbalancer_health_check: 'tcp',
      kubernetes_api_extra_names: ['api'],
    },
  },
  'a checksum, a key of this machine, no repository of containerd': {
    workers: 1,
    vars: {
      cni_flannel_checksum: `sha256:${'0'.repeat(64)}`,
      kubernetes_repository_key_file: resolve('package.json'),
      containerd_repository_url: '',
      containerd_package: 'containerd',
    },
    facts: { containerd: '1.6.20' },
  },
  'mirrors of all': {
    controlPlanes: 1,
    workers: 1,
    vars: {
      packages_mirror: 'http://mirror/p',
      images_mirror: 'http://mirror:5000',
      manifests_mirror: 'http://mirror/m',
    },
  },
  'mirrors by registry': {
    workers: 1,
    vars: {
      containerd_registry_mirrors: {
        'registry.k8s.io': ['http://one:5000', 'http://two:5000'],
        'ghcr.io': ['http://one:5000'],
      },
    },
  },
  'a proxy': {
    loadBalancers: 1,
    workers: 1,
    vars: {
      proxy_url: 'http://me:a%20b@proxy.test:3128',
      proxy_exceptions: ['mirror.test', '.inside.test', '198.51.100.0/24'],
    },
  },
  'a bridge': { controlPlanes: 2, workers: 1, vars: { cni_plugin: 'bridge' } },
  'a network of their own': { workers: 1, vars: { cni_plugin: 'none' } },
  'other ranges, smaller packets': {
    workers: 1,
    vars: { pod_subnet: '10.128.0.0/16', service_subnet: '10.129.0.0/16', cni_mtu: 1400 },
  },
  'a bridge with smaller packets': { workers: 1, vars: { cni_plugin: 'bridge', cni_mtu: 1400 } },
  'a node that is there already': {
    workers: 1,
    registered: {
      preflight_node: { stat: { exists: true } },
      common_node: { stat: { exists: true } },
      containerd_configured: { changed: false },
      containerd_started: { changed: false },
      joined: { ready: true },
    },
  },
  'a control plane that takes no pods, and settings of the kubelet': {
    vars: {
      control_plane_schedulable: false,
      kubelet_resolv_conf: '/etc/resolv.cluster',
      kubelet_extra_args: { 'max-pods': 50 },
      kube_proxy_conntrack: { min: 0 },
      kubernetes_images_left_out: ['coredns'],
      containerd_sandbox_image: 'mirror.test/pause:1',
    },
  },
  'all of them texts, as -e gives them': {
    vars: {
      control_plane_schedulable: 'false',
      cni_mtu: '1400',
      kubernetes_api_port: '6443',
      kubelet_fail_swap_on: 'false',
    },
  },
  'a minor version without a known pause image': {
    workers: 1,
    vars: { kubernetes_version: '1.99.0' },
    registered: { containerd_sandbox: { content: Buffer.from('registry.k8s.io/pause:9\n').toString('base64') } },
  },
  'kubeadm v1beta3': { vars: { kubernetes_version: '1.30.1', kubelet_extra_args: { 'max-pods': 50 } } },
  'kubeadm v1beta2': { vars: { kubernetes_version: '1.20.2' } },
};

describe("the roles' defaults, tasks and templates", () => {
  const all = new Map<string, Rendered[]>();
  const values = new Map<string, Map<string, unknown>>();
  for (const [title, given] of Object.entries(cases))
    it(title, async () => {
      const result = await render(given);
      all.set(title, result.rendered);
      values.set(title, result.values);
      for (const { args, place } of result.rendered) {
        if (args === 'skipped') continue;
        for (const script of args.flatMap((found) => scriptOf(found as Args)))
          expect(spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' }).stderr, place).to.equal('');
      }
    });

  it('each task runs in one case, and is skipped in one if it has a condition of a variable', () => {
    const places = new Map<string, Set<boolean>>();
    for (const { place, args } of [...all.values()].flat()) {
      const ran = args !== 'skipped' && args.length > 0;
      places.set(place, (places.get(place) ?? new Set()).add(ran));
    }
    const never = [...places]
      .filter(([place, ran]) => !ran.has(true) && !place.includes('verify-cluster'))
      .map(([place]) => place);
    expect(never).to.deep.equal([]);
  });

  const argsOf = (title: string, host: string, task: string): Args[] => {
    const found = all.get(title)!.find((r) => r.host === host && r.task === task);
    expect(found, `${task} on ${host}`).to.not.equal(undefined);
    return found!.args === 'skipped' ? [] : (found!.args as Args[]);
  };
  const file = (title: string, host: string, task: string): string =>
    String(argsOf(title, host, task)[0]?.src?.content);
  const init = (title: string): Documents =>
    parseAllDocuments(
      argsOf(title, 'm1', 'Initialise the cluster, or join it as a control plane')[0]!.config!.content,
    ).map((document) => document.toJS() as Document);

  it('without a checksum none is asked for; with one it is', () => {
    const task = 'Fetch the flannel manifest';
    expect(argsOf('the defaults: one machine', 'm1', task)[0]).to.not.have.property('checksum');
    expect(
      argsOf('a checksum, a key of this machine, no repository of containerd', 'm1', task)[0]!['checksum'],
    ).to.match(/^sha256:/);
  });

  it("the configurations of kubeadm are YAML, each in its version's form", () => {
    for (const title of Object.keys(cases)) expect(init(title), title).to.have.length(4);
    const [one, , kubelet] = init('a control plane that takes no pods, and settings of the kubelet');
    expect(one!.nodeRegistration.kubeletExtraArgs).to.deep.include({ name: 'max-pods', value: '50' });
    expect(one!.nodeRegistration).to.not.have.property('taints');
    expect(kubelet).to.deep.include({ resolvConf: '/etc/resolv.cluster', failCgroupV1: true });
    const [old, , oldKubelet] = init('kubeadm v1beta3');
    expect(old!.nodeRegistration.kubeletExtraArgs).to.deep.include({ 'max-pods': '50' });
    expect(oldKubelet).to.not.have.any.keys('failCgroupV1', 'resolvConf');
    expect(init('kubeadm v1beta2')[0]!.apiVersion).to.equal('kubeadm.k8s.io/v1beta2');
    const names = init('two load balancers, three control planes')[1]!.apiServer.certSANs;
    expect(names).to.include.members(['192.0.2.99', '192.0.2.10', '192.0.2.11', 'api']);
  });

  it('control planes take pods where there is nothing else', () => {
    expect(init('the defaults: one machine')[0]!.nodeRegistration.taints).to.deep.equal([]);
    expect(init('all of them texts, as -e gives them')[0]!.nodeRegistration).to.not.have.property('taints');
    expect(init('mirrors of all')[0]!.nodeRegistration).to.not.have.property('taints');
  });

  it("flannel's manifest follows the pods' range, the node's address and the size of packets", () => {
    const changes = (title: string): Change[] => argsOf(title, 'm1', 'Apply the flannel manifest')[0]!.changes!;
    const replaced = (title: string): string =>
      changes(title)
        .map(({ replace }) => replace)
        .join('\n');
    expect(replaced('the defaults: one machine'))
      .to.include('"Network": "10.244.0.0/16"')
      .and.include('--iface=$(NODE_IP)');
    expect(replaced('the defaults: one machine')).to.not.include('MTU');
    expect(replaced('other ranges, smaller packets'))
      .to.include('"Network": "10.128.0.0/16"')
      .and.include('"MTU": 1400')
      .and.include('value: "10.128.0.0/16 1400"');
  });

  it("the bridge's packets are as large as the card's, or as said", () => {
    const mtu = (title: string): unknown => JSON.parse(file(title, 'm1', 'Configure the pod bridge')).plugins[0].mtu;
    expect(mtu('a bridge')).to.equal(1450);
    expect(mtu('a bridge with smaller packets')).to.equal(1400);
  });

  it('keepalived speaks to the others by address, on the card of node_ip', () => {
    const text = file('two load balancers, three control planes', 'lb1', 'Configure keepalived');
    expect(text)
      .to.match(/unicast_src_ip 192\.0\.2\.10\n/)
      .and.match(/unicast_peer {\n +192\.0\.2\.11\n +}/);
    expect(text).to.include('interface eth1\n').and.include('priority 150\n');
    expect(file('two load balancers, three control planes', 'lb2', 'Configure keepalived')).to.include(
      'priority 149\n',
    );
  });

  it('one variable each leads packages, images and manifests to a mirror', () => {
    const task = (name: string): Args => argsOf('mirrors of all', 'm1', name)[0]!;
    expect(task('Add the Kubernetes repository')['uris']).to.equal(
      'http://mirror/p/pkgs.k8s.io/core:/stable:/v1.36/deb/',
    );
    expect(task('Add the Kubernetes repository')['key_url']).to.equal(
      'http://mirror/p/pkgs.k8s.io/core:/stable:/v1.36/deb/Release.key',
    );
    expect(task('Add the containerd repository')['uris']).to.equal('http://mirror/p/download.docker.com/linux/debian');
    expect(task('Fetch the flannel manifest')['url']).to.match(
      /^http:\/\/mirror\/m\/github\.com\/flannel-io\/.*\/kube-flannel\.yml$/,
    );
    const mirror = task('Configure the registry mirrors');
    expect(mirror['dest']).to.equal('/etc/containerd/certs.d/_default/hosts.toml');
    expect(mirror.src!.content)
      .to.include('[host."http://mirror:5000"]')
      .and.not.match(/^server/m);
    expect(argsOf('the defaults: one machine', 'm1', 'Configure the registry mirrors')).to.deep.equal([]);
    expect(argsOf('mirrors by registry', 'm1', 'Configure the registry mirrors')[0]!.src!.content).to.match(
      /^server = "https:\/\/registry\.k8s\.io"$/m,
    );
  });

  it('what is downloaded is looked at before anything is changed', () => {
    const script = (title: string): string =>
      String(argsOf(title, 'm1', 'Look whether packages, images and manifests can be reached')[0]?.['cmd']);
    expect(script('mirrors of all'))
      .to.match(/^needs '?http:\/\/mirror\/p\/pkgs/m)
      .and.match(/^needs '?http:\/\/mirror\/m\/github/m);
    expect(script('mirrors of all')).to.match(
      /^registry '?registry\.k8s\.io\/kube-proxy:v1\.36\.3'? .*kube-proxy\/manifests\/v1\.36\.3.* '?http:\/\/mirror:5000'? '?https:\/\/registry\.k8s\.io/m,
    );
    expect(script('the defaults: one machine')).to.match(
      /^needs '?https:\/\/download\.docker\.com\/linux\/debian\/dists\/bookworm\/Release/m,
    );
    expect(
      argsOf('a node that is there already', 'm1', 'Look whether packages, images and manifests can be reached'),
    ).to.deep.equal([]);
  });

  it('a proxy reaches apt, containerd, kubeadm and downloads, and nothing of the cluster itself', () => {
    const title = 'a proxy';
    for (const host of ['lb1', 'm1', 'w1']) {
      const apt = file(title, host, 'Send apt through the proxy');
      expect(apt)
        .to.include('Acquire::https::Proxy "http://me:a%20b@proxy.test:3128";')
        .and.include('Proxy::mirror.test "DIRECT"');
      expect(apt).to.not.include('Proxy::.').and.not.include('/16 ');
    }
    expect(file(title, 'w1', 'Name the proxy to containerd')).to.include(
      '"HTTPS_PROXY=http://me:a%%20b@proxy.test:3128"',
    );
    const environments = all.get(title)!.filter(({ environment }) => 'https_proxy' in environment);
    const tasks = new Set(environments.map(({ task }) => task));
    for (const task of [
      'Add the Kubernetes repository',
      'Add the containerd repository',
      'Initialise the cluster, or join it as a control plane',
      'Fetch the flannel manifest',
      'Look whether packages, images and manifests can be reached',
    ])
      expect(tasks).to.include(task);
    const direct = environments[0]!.environment['NO_PROXY']!.split(',');
    expect(direct).to.include.members([
      '192.0.2.10',
      '192.0.2.11',
      '192.0.2.12',
      'm1',
      'k8s-api.internal',
      '10.244.0.0/16',
      '10.96.0.0/12',
      '.svc',
      'mirror.test',
      '.inside.test',
    ]);
    expect(all.get('the defaults: one machine')!.flatMap(({ environment }) => Object.keys(environment))).to.deep.equal(
      [],
    );
  });

  it('each minor version that the lab makes has its pause image', async () => {
    const { RELEASES } = await import('../../engine/lab/kubernetes/versions.ts');
    for (const { kubernetes, pause } of RELEASES) {
      const { rendered } = await render({ vars: { kubernetes_version: kubernetes } });
      const args = rendered.find(({ task }) => task === 'Configure containerd')!.args as Args[];
      expect(args[0]!.src!.content).to.include(`'registry.k8s.io/pause:${pause}'`);
    }
  });

  it("containerd's configuration follows the installed version", () => {
    expect(file('the defaults: one machine', 'm1', 'Configure containerd')).to.match(/^version = 3$/m);
    expect(
      file('a checksum, a key of this machine, no repository of containerd', 'm1', 'Configure containerd'),
    ).to.match(/^version = 2$/m);
    expect(file('a minor version without a known pause image', 'm1', 'Configure containerd')).to.include(
      'registry.k8s.io/pause:9',
    );
    expect(
      file('a control plane that takes no pods, and settings of the kubelet', 'm1', 'Configure containerd'),
    ).to.include('mirror.test/pause:1');
  });

  it('crictl.yaml is YAML', () => {
    expect(parse(file('the defaults: one machine', 'm1', 'Configure crictl'))).to.have.property('runtime-endpoint');
  });
});

interface Change {
  readonly regexp: string;
  readonly replace: string;
}
interface Args extends Record<string, unknown> {
  readonly src?: { readonly content: string };
  readonly config?: { readonly content: string };
  readonly changes?: Change[];
}

function scriptOf({ cmd, src }: Args): string[] {
  if (typeof cmd === 'string') return [cmd];
  return typeof src?.content === 'string' && src.content.startsWith('#!/bin/sh') ? [src.content] : [];
}
