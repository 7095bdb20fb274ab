import { expectSuccess, TaskFailure } from '../../../engine/module/failure.ts';
import type { Writer } from '../../../engine/module/module.ts';
import { sh } from '../../../engine/module/quote.ts';
import { adminConf, withEtcd } from '../cluster.ts';
import type { KubeadmArguments } from './arguments.ts';
import { type ApiVersion, apiVersionOf } from './arguments.ts';
import { expectKubeadm } from './explain.ts';

/** The cluster that is joined: the control plane that it is asked and written through, and what is known of it. */
export interface Way {
  readonly host: Writer;
  readonly pins: readonly string[];
  readonly configuration: string;
}

interface Credentials {
  readonly token: string;
  /** Decrypts the certificates that a new control plane downloads. */
  readonly certificateKey?: string;
}

/**
 * Joins a bare host. The token lives for half an hour at most and is deleted afterwards; it reaches the host on kubeadm's
 * standard input, so that it appears in no file and in no argument list.
 */
export async function join(args: KubeadmArguments, host: Writer, way: Way): Promise<void> {
  const controlPlane = args.state !== 'worker';
  const version = expectSuccess(
    ['kubeadm', 'version', '-o', 'short'],
    await host.run(['kubeadm', 'version', '-o', 'short']),
  ).stdout.trim();
  const api = apiVersionOf(version);
  if (!api) throw new TaskFailure(`kubeadm ${version} is too old: 1.15 is the oldest supported version`);
  if (controlPlane) await snapshot(args, way.host);
  const token = await makeToken(way.host);
  host.secret(token);
  try {
    const certificateKey = controlPlane ? await uploadCertificates(way) : undefined;
    if (certificateKey !== undefined) host.secret(certificateKey);
    const config = joinConfiguration(args, api, way.pins, {
      token,
      ...(certificateKey !== undefined && { certificateKey }),
    });
    const argv = ['kubeadm', 'join', '--config', '/dev/stdin', ...ignoring(args)];
    expectKubeadm(argv, await host.run(argv, { stdin: JSON.stringify(config), timeoutSeconds: args.timeout_seconds }));
  } finally {
    await way.host.run(['kubeadm', 'token', 'delete', token.split('.')[0]!, '--kubeconfig', adminConf]);
  }
}

export function ignoring(args: KubeadmArguments): string[] {
  return args.ignore_preflight_errors.length > 0
    ? [`--ignore-preflight-errors=${args.ignore_preflight_errors.join(',')}`]
    : [];
}

async function makeToken(via: Writer): Promise<string> {
  const argv = [
    'kubeadm',
    'token',
    'create',
    '--ttl',
    '30m',
    '--description',
    'tsplay: one join',
    '--kubeconfig',
    adminConf,
  ];
  const token = /^[a-z0-9]{6}\.[a-z0-9]{16}$/m.exec(expectKubeadm(argv, await via.run(argv)).stdout)?.[0];
  if (token === undefined) throw new TaskFailure('kubeadm token create printed no token');
  return token;
}

/** Given the cluster's own configuration, kubeadm asks no server in the internet for the newest version. */
async function uploadCertificates({ host, configuration }: Way): Promise<string> {
  const argv = ['kubeadm', 'init', 'phase', 'upload-certs', '--upload-certs', '--config', '/dev/stdin'];
  const key = /^[0-9a-f]{64}$/m.exec(expectKubeadm(argv, await host.run(argv, { stdin: configuration })).stdout)?.[0];
  if (key === undefined) throw new TaskFailure('kubeadm init phase upload-certs printed no key');
  return key;
}

/** A JoinConfiguration; JSON is YAML enough for kubeadm. */
export function joinConfiguration(
  args: KubeadmArguments,
  api: ApiVersion,
  pins: readonly string[],
  { token, certificateKey }: Credentials,
): object {
  const port = Number(args.endpoint.replace(/^.*:/, ''));
  const extra = Object.entries({ ...(args.node_ip !== '' && { 'node-ip': args.node_ip }), ...args.kubelet_extra_args });
  return {
    apiVersion: `kubeadm.k8s.io/${api}`,
    kind: 'JoinConfiguration',
    discovery: { bootstrapToken: { token, apiServerEndpoint: args.endpoint, caCertHashes: pins } },
    nodeRegistration: {
      name: args.node_name,
      criSocket: args.cri_socket,
      ...(args.schedulable === true && certificateKey !== undefined && { taints: [] }),
      kubeletExtraArgs: api === 'v1beta4' ? extra.map(([name, value]) => ({ name, value })) : Object.fromEntries(extra),
    },
    ...(certificateKey !== undefined && {
      controlPlane: { localAPIEndpoint: { advertiseAddress: args.node_ip, bindPort: port }, certificateKey },
    }),
  };
}

/**
 * A copy of etcd before its membership grows: with two members no single one can go on alone.
 * The folder of the data is the one place that etcd's container and the host share.
 */
async function snapshot(args: KubeadmArguments, via: Writer): Promise<void> {
  const script = withEtcd(sh`umask 077; mkdir -p ${args.snapshot_dir} || exit
etcd snapshot save /var/lib/etcd/before-join.db >&2 && mv /var/lib/etcd/before-join.db ${args.snapshot_dir}/before-${args.node_name}-joined.db`);
  const output = await via.shell(script, { timeoutSeconds: 120 });
  if (output.code !== 0)
    throw new TaskFailure(
      `no snapshot of etcd could be taken before ${args.node_name} joins: ${output.stderr.trim().split('\n').at(-1)}`,
      {
        output,
        hint: 'etcd must be healthy before another member is added',
      },
    );
}
