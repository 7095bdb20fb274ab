import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';
import { hostProbe } from './preflight/host.ts';
import { looks } from './preflight/looks.ts';

export const kubernetes_preflight = defineModule({
  name: 'kubernetes_preflight',
  summary: 'Refuses a host on which a cluster would not work, and says all that is in the way and what to do.',
  subject: 'Kubernetes',
  args: {
    type: 'object',
    required: ['state', 'node_name', 'node_ip'],
    properties: {
      state: { enum: ['control-plane', 'worker', 'loadbalancer'], description: 'What the host is to be.' },
      node_name: { type: 'string', description: 'Name of the host in the cluster.' },
      node_ip: { type: 'string', description: 'Address at which the other hosts reach it.' },
      joined: {
        type: 'boolean',
        default: false,
        description:
          'It is a node already: what only a new one must have (disk, firewall, other runtimes) is not looked at.',
      },
      resolv_conf: { type: 'string', default: '', description: 'The resolv.conf of pods, if not the one of the host.' },
      container_runtime: {
        type: 'string',
        default: 'containerd.io',
        description: 'The package of the container runtime.',
      },
      cni_plugin: {
        type: 'string',
        default: 'flannel',
        description: 'The pod network; `none`: files of any are accepted.',
      },
      firewall_ready: {
        type: 'boolean',
        default: false,
        description: 'A firewall that is on lets through what is needed.',
      },
      minimum_disk_mb: { type: 'integer', minimum: 0, default: 4000, description: 'Free megabytes in /var/lib.' },
      minimum_inodes: { type: 'integer', minimum: 0, default: 50_000, description: 'Free inodes in /var/lib.' },
      virtual_ip: { type: 'string', default: '', description: 'The address that load balancers share.' },
      repositories: {
        type: 'array',
        default: [],
        description: 'Repositories that are added: no other file may list them.',
        items: {
          type: 'object',
          required: ['name', 'url'],
          properties: {
            name: { type: 'string', description: 'Name of the file in sources.list.d.' },
            url: { type: 'string', description: 'Address of the repository.' },
          },
          additionalProperties: false,
        },
      },
    },
    additionalProperties: false,
  },
  examples: [
    `- name: Look at what would be in the way
  kubernetes_preflight:
    state: worker
    node_name: '{{ inventory_hostname }}'
    node_ip: 192.0.2.20
    repositories:
      - { name: kubernetes, url: 'https://pkgs.k8s.io/core:/stable:/v1.36/deb/' }`,
  ],

  async check(args, host) {
    const seen = await host.read(hostProbe);
    const found = looks
      .filter((look) => !(look.onlyNew && args.joined) && !(look.onlyNodes && args.state === 'loadbalancer'))
      .flatMap((look) => {
        const [wrong, next] = look.find(seen, args) ?? [];
        return wrong === undefined ? [] : [{ warns: look.warns ?? false, wrong, next: next! }];
      });
    const refused = found.filter(({ warns }) => !warns);
    const warnings = found.filter(({ warns }) => warns).map(({ wrong, next }) => `${wrong}; ${next}`);
    if (refused.length > 0)
      throw new TaskFailure(refused.map(({ wrong }) => wrong).join('\n'), {
        hint: refused.map(({ next }) => next).join('\n'),
      });
    return { present: undefined, differences: [], ...(warnings.length > 0 && { warnings }) };
  },
});
