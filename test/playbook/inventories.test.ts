import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { FLANNEL, RELEASES } from '../../engine/lab/kubernetes/versions.ts';

interface Inventory {
  readonly all: {
    readonly vars: Readonly<Record<string, unknown>>;
    readonly children: Readonly<Record<string, { readonly hosts: Readonly<Record<string, object>> }>>;
  };
}
const inventory = (name: string): Inventory => parse(readFileSync(`inventory/${name}.yml`, 'utf8')) as Inventory;
const settings = readFileSync('playbooks/roles/settings/defaults/main.yml', 'utf8');

/** All in which the lab's clusters differ from the roles' defaults, and why. */
const differs = {
  'how its hosts are reached': [
    'ansible_user',
    'ansible_become',
    'ansible_private_key_file',
    'ansible_ssh_common_args',
    'lab_state',
  ],
  names: ['cluster_name', 'kubernetes_api_name'],
  'the same as the default, for the lab to read which version to make': ['kubernetes_version'],
  'it has no way out: mirrors': [
    'packages_mirror',
    'images_mirror',
    'manifests_mirror',
    'kubernetes_repository_key_file',
    'cni_flannel_checksum',
  ],
  'the hosts share one kernel': [
    'kubeadm_ignore_preflight_errors', // SystemVerification: no kernel configuration inside a container
    'kubelet_cgroup_driver',
    'kubelet_fail_cgroup_v1',
    'kubelet_fail_swap_on',
    'kube_proxy_conntrack',
    'containerd_restrict_oom_score_adj',
    'control_plane_minimum_memory_mb',
    'loadbalancer_max_connections', // the limit of open files
  ],
} as const;

describe('the inventories that tsplay ships', () => {
  const known = Object.values(differs).flat() as string[];

  it('lab.yml differs from the defaults in addresses, mirrors and what a shared kernel forces', () => {
    const { vars } = inventory('lab').all;
    expect(Object.keys(vars).sort()).to.deep.equal([...known].sort());
    expect(vars['kubeadm_ignore_preflight_errors']).to.deep.equal(['SystemVerification']);
  });

  it('lab-ha.yml is the same with three control planes and a virtual address', () => {
    const { vars, children } = inventory('lab-ha').all;
    const { cluster_name, kubernetes_api_name, loadbalancer_virtual_ip, ...same } = vars;
    const { cluster_name: _, kubernetes_api_name: __, ...lab } = inventory('lab').all.vars;
    expect(same).to.deep.equal(lab);
    expect([cluster_name, kubernetes_api_name, loadbalancer_virtual_ip]).to.not.include(undefined);
    const counts = Object.fromEntries(
      Object.entries(children).map(([name, { hosts }]) => [name, Object.keys(hosts).length]),
    );
    expect(counts).to.deep.equal({ loadbalancer: 2, control_plane: 3, worker: 2 });
  });

  it('no two of them share a host or an address', () => {
    const seen = ['lab', 'lab-ha'].flatMap((name) =>
      Object.values(inventory(name).all.children).flatMap(({ hosts }) =>
        Object.entries(hosts).flatMap(([host, vars]) => [host, ...Object.values(vars)]),
      ),
    );
    expect(new Set(seen).size).to.equal(seen.length);
  });

  it("the default versions are the lab's", () => {
    const version = /^kubernetes_version: (\S+)$/m.exec(settings)?.[1];
    expect(RELEASES.map(({ kubernetes }) => kubernetes)).to.include(version);
    for (const name of ['lab', 'lab-ha']) expect(inventory(name).all.vars['kubernetes_version']).to.equal(version);
    expect(settings).to.include(`/flannel-io/flannel/releases/download/v${FLANNEL}/kube-flannel.yml`);
  });
});
