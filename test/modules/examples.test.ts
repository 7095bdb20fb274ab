import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { actions } from '../../engine/editor/actions.ts';
import { prepare } from '../../engine/run/prepare.ts';
import { InvalidInput } from '../../engine/source/diagnostic.ts';
import { Vault } from '../../engine/vault/vault.ts';
import { modules } from '../../modules/index.ts';
import { problemsOf } from '../editor/validate.ts';
import { type Files, layOut } from '../run/lay-out.ts';
import { trace } from '../run/trace.ts';

/** What the examples take for given: hosts, variables, files of the controller. */
const inventory = `
all:
  vars: { ansible_connection: local, pod_cidr: 10.0.0.0/16, service_cidr: 10.96.0.0/12, kernel: { changed: true } }
  children:
    control_plane: { hosts: { master-1: {}, master-2: {} } }
    workers: { hosts: { worker-1: {} } }
`;
const files: Readonly<Record<string, string>> = {
  'files/server.pem': 'a certificate\n',
  'templates/haproxy.cfg.hbs': 'backend {{inventory_hostname}}\n',
  'templates/config.toml.hbs': 'version = 2\n',
  'templates/kubeadm-init.yaml.hbs': 'kind: InitConfiguration\n',
  'vars/settings/site.yml': 'port: 80\n',
  'settings/site.yml': 'port: 80\n',
  ...Object.fromEntries(['debian', 'ubuntu'].map((id) => [`vars/${id}.yml`, 'service: ssh\n'])),
};
/** What stands on the host that the examples about files were written for. */
const onHost: Readonly<Record<string, string>> = {
  'etc/hosts': '127.0.0.1 localhost\n',
  'etc/fstab': 'UUID=1 / ext4 defaults 0 1\n',
  'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  'etc/apt/sources.list': 'deb http://deb.debian.org/debian bookworm main\n',
  'etc/kubernetes/admin.conf': 'kind: Config\n',
  'etc/kubernetes/pki/ca.crt': 'a certificate\n',
  'etc/modules-load.d/readme': '',
  'etc/containerd/readme': '',
  'etc/haproxy/certs/readme': '',
  'etc/ssh/sshd_config': '#PasswordAuthentication yes\n',
  'etc/ssh/ssh_host_ed25519_key.pub': 'ssh-ed25519 AAAA\n',
  'etc/sudoers.d/readme': '',
  'opt/app/releases/42/readme': '',
};

/** Why the examples of some modules are not tried in check mode: what they look at, this machine need not have. */
const elsewhere: Readonly<Record<string, string>> = {
  apt: 'apt',
  apt_repository: 'apt',
  authorized_key: 'an account',
  get_url: 'the network',
  hostname: 'systemd',
  kubeadm: 'Kubernetes',
  kubeadm_preflight: 'Kubernetes',
  kubernetes_preflight: 'Kubernetes',
  kubernetes_connections: 'Kubernetes',
  kubernetes_health: 'Kubernetes',
  kubernetes_manifest: 'Kubernetes',
  kubernetes_wait: 'Kubernetes',
  modprobe: 'kernel modules',
  mount: 'file systems',
  swap: 'systemd',
  sysctl: 'kernel settings',
  systemd: 'systemd',
  uri: 'the network',
  wait_for: 'the network',
};

const caseOf = (tasks: string): Files => ({
  playbook: `- hosts: all\n  tasks:\n${tasks.trim().replace(/^(?=.)/gm, '    ')}\n`,
  inventory,
  files,
});

/** The diagnostics of a playbook, warnings among them. */
async function told(given: Files): Promise<readonly string[]> {
  const folder = layOut(given);
  const options = { check: true, forks: 1, forceHandlers: false, tags: [], skipTags: [], become: false };
  try {
    const { warnings } = await prepare({
      playbooks: [join(folder, 'site.yml')],
      inventories: [join(folder, 'hosts.yml')],
      extra: new Map(),
      vault: new Vault([]),
      modules: new Map(modules.map((m) => [m.name, m])),
      options: { ...options, timeoutSeconds: 10 },
    });
    return warnings.map(({ message }) => message);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.diagnostics.map(({ message }) => message);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Files that the examples of imports and includes bring in. */
const broughtIn: Readonly<Record<string, string>> = {
  'database.yml': '- hosts: all\n  tasks:\n    - ping:\n',
  'users.yml': '- ping:\n',
  'system/debian.yml': '- ping:\n',
  'vars/system/debian.yml': 'service: ssh\n',
  'roles/common/tasks/packages.yml': '- ping:\n',
  'roles/site/tasks/main.yml': '- debug: { msg: "{{ site }}" }\n',
};

describe('the examples of imports, includes and meta', function () {
  this.timeout(30_000);
  for (const { name, examples, ofPlaybook } of actions)
    for (const example of examples)
      it(`${name}: the example is right`, async () => {
        const given = ofPlaybook ? { ...caseOf(''), playbook: `${example}\n` } : caseOf(example);
        expect(await told({ ...given, files: broughtIn })).to.deep.equal([]);
        expect(problemsOf(ofPlaybook ? 'playbook' : 'tasks', example), 'for the editor').to.deep.equal([]);
      });
});

describe('the examples of modules', function () {
  this.timeout(30_000);
  for (const { name, subject, examples } of modules) {
    it(`${name} has examples that use it`, () => {
      expect(examples.length).to.be.above(0);
      for (const example of examples) expect(example).to.match(new RegExp(`^  ${name}:`, 'm'));
    });
    for (const [i, example] of examples.entries()) {
      it(`${name}: example ${i + 1} is right`, async () => {
        expect(await told(caseOf(example))).to.deep.equal([]);
        expect(problemsOf('tasks', example), 'for the editor').to.deep.equal([]);
      });
      if (elsewhere[name] !== undefined) continue;
      it(`${name}: example ${i + 1} can be tried in check mode`, async () => {
        const given = caseOf(subject === 'files' ? example.replaceAll(/(?<= )\/(?=etc|opt)/g, 'DIR/host/') : example);
        const host = Object.fromEntries(Object.entries(onHost).map(([path, text]) => [`host/${path}`, text]));
        const { results } = await trace({ ...given, files: { ...files, ...host }, options: { check: true } });
        const failed = results.filter(({ status }) => status === 'failed' || status === 'unreachable');
        expect(failed.map(({ host: at, task, message }) => `${at}: ${task}: ${message}`)).to.deep.equal([]);
        expect(results.length).to.be.above(0);
      });
    }
  }
});
