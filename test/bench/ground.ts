import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const work = fileURLToPath(new URL('work/', import.meta.url));

export interface GroundHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** The lab host behind it, whose host keys it has, and whose name the work sets. */
  readonly of: string;
}

/** Hosts to run on, and a folder with everything that the contestants need to reach them. */
export interface Ground {
  readonly hosts: readonly GroundHost[];
  readonly inventory: string;
  readonly sshConfig: string;
  readonly knownHosts: string;
  readonly folder: string;
  readonly keyFile: string;
  /** The network namespace of the hosts, if it is not this machine's. */
  readonly namespace?: string;
}

export interface Identity {
  readonly keyFile: string;
  /** Lines of known_hosts by lab host, without their first word. */
  readonly hostKeys: ReadonlyMap<string, readonly string[]>;
}

/** The only host that gets the load balancer's part of the work. */
export const loadbalancer = 'k8s-lb';

export function prepareGround(
  folder: string,
  hosts: readonly GroundHost[],
  identity: Identity,
  namespace?: string,
): Ground {
  mkdirSync(folder, { recursive: true });
  const ground = {
    hosts,
    folder,
    keyFile: identity.keyFile,
    inventory: join(folder, 'hosts.json'),
    sshConfig: join(folder, 'ssh_config'),
    knownHosts: join(folder, 'known_hosts'),
    ...(namespace !== undefined && { namespace }),
  };
  writeFileSync(ground.inventory, JSON.stringify(inventoryOf(ground), undefined, 1));
  writeFileSync(ground.knownHosts, hosts.flatMap((host) => knownHostLines(host, identity)).join(''));
  writeFileSync(ground.sshConfig, sshConfigOf(ground));
  const floor = readFileSync(join(work, 'floor.sh'), 'utf8');
  for (const { name, of } of hosts) {
    const balances = name === loadbalancer ? 'yes' : 'no';
    writeFileSync(join(folder, `${name}.sh`), `node_name=${of} loadbalancer=${balances}\n${floor}`);
  }
  writeFileSync(join(folder, 'prepare'), `exec ssh -F ${ground.sshConfig} "$1" sudo -n sh -s <${folder}/"$1".sh\n`);
  writeFileSync(join(folder, 'ping'), `exec ssh -F ${ground.sshConfig} "$1" true </dev/null\n`);
  writeFileSync(join(folder, 'names'), hosts.map(({ name }) => `${name}\n`).join(''));
  writeFileSync(join(folder, 'ground.json'), JSON.stringify(ground));
  return ground;
}

/** One inventory for tsplay and Ansible: JSON is YAML. */
function inventoryOf({ hosts, knownHosts, keyFile }: Pick<Ground, 'hosts' | 'knownHosts' | 'keyFile'>): object {
  return {
    all: {
      vars: {
        ansible_user: 'debian',
        ansible_ssh_private_key_file: keyFile,
        ansible_ssh_common_args: `-o UserKnownHostsFile=${knownHosts}`,
        ansible_python_interpreter: '/usr/bin/python3',
      },
      hosts: Object.fromEntries(
        hosts.map(({ name, address, port, of }) => [
          name,
          { ansible_host: address, ...(port !== 22 && { ansible_port: port }), node_name: of },
        ]),
      ),
      children: {
        loadbalancer: {
          hosts: Object.fromEntries(hosts.filter((h) => h.name === loadbalancer).map((h) => [h.name, {}])),
        },
      },
    },
  };
}

function knownHostLines({ address, port, of }: GroundHost, { hostKeys }: Identity): string[] {
  const name = port === 22 ? address : `[${address}]:${port}`;
  return (hostKeys.get(of) ?? []).map((key) => `${name} ${key}\n`);
}

function sshConfigOf({ hosts, knownHosts, keyFile }: Pick<Ground, 'hosts' | 'knownHosts' | 'keyFile'>): string {
  const each = hosts.map(({ name, address, port }) => `Host ${name}\n  HostName ${address}\n  Port ${port}\n`);
  const all = ['User debian', `IdentityFile ${keyFile}`, 'IdentitiesOnly yes', `UserKnownHostsFile ${knownHosts}`];
  return `${each.join('')}Host *\n${[...all, 'BatchMode yes', 'LogLevel ERROR'].map((line) => `  ${line}\n`).join('')}`;
}
