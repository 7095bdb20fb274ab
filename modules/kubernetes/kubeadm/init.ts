import { TaskFailure } from '../../../engine/module/failure.ts';
import type { Writer } from '../../../engine/module/module.ts';
import type { KubeadmArguments } from './arguments.ts';
import { expectKubeadm } from './explain.ts';
import { ignoring } from './join.ts';

/** Makes the cluster. The first token is not shown, and each join makes its own credentials. */
export async function init(args: KubeadmArguments, host: Writer): Promise<void> {
  const skipped = args.skip_phases.length > 0 ? [`--skip-phases=${args.skip_phases.join(',')}`] : [];
  const argv = ['kubeadm', 'init', '--config', '/dev/stdin', '--skip-token-print', ...skipped, ...ignoring(args)];
  expectKubeadm(argv, await host.run(argv, { stdin: configOf(args), timeoutSeconds: args.timeout_seconds }));
}

/** What `init` does once the API server is ready; each phase can be repeated. */
const lastPhases = [
  'upload-config all',
  'mark-control-plane',
  'bootstrap-token',
  'kubelet-finalize all',
  'addon coredns',
  'addon kube-proxy',
];

export async function finishInit(args: KubeadmArguments, host: Writer): Promise<void> {
  for (const phase of remainingPhases(args.skip_phases)) {
    const argv = ['kubeadm', 'init', 'phase', ...phase.split(' '), '--config', '/dev/stdin'];
    expectKubeadm(argv, await host.run(argv, { stdin: configOf(args), timeoutSeconds: args.timeout_seconds }));
  }
}

export function remainingPhases(skipped: readonly string[]): string[] {
  return lastPhases.filter((phase) => {
    const [first = phase] = phase.split(' ');
    return !skipped.includes(first) && !skipped.includes(phase.replace(' ', '/'));
  });
}

/** Sets the label and the taint of a control plane whose join stopped just before. */
export async function mark(args: KubeadmArguments, host: Writer): Promise<void> {
  const argv = [
    'kubeadm',
    'join',
    'phase',
    'control-plane-join',
    'mark-control-plane',
    '--control-plane',
    '--node-name',
    args.node_name,
  ];
  expectKubeadm(argv, await host.run(argv, { timeoutSeconds: args.timeout_seconds }));
}

function configOf({ config }: KubeadmArguments): string {
  if (!config)
    throw new TaskFailure('`config` is required to create a cluster', {
      hint: "set it to the template of kubeadm's InitConfiguration",
    });
  return config.content;
}
