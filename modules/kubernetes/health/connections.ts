import { parseJson } from '../../../engine/module/json.ts';
import type { Output } from '../../../engine/module/probe.ts';
import type { Finding } from './findings.ts';

/** A test pod that runs. */
export interface TestPod {
  readonly name: string;
  readonly node: string;
  readonly address: string;
}

/** One attempt: who tried to reach what, and what came of it (`ok`, or the error's words). */
export interface Attempt {
  readonly from: string;
  readonly to: string;
  readonly says: string;
}

export const port = 8080;

/** The objects that are made: a pod on each node, whatever its taints, and a Service in front of them. */
export function objectsOf(namespace: string, image: string): object[] {
  const labels = { app: 'tsplay-verify' };
  const metadata = { name: 'probe', namespace };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            tolerations: [{ operator: 'Exists' }],
            terminationGracePeriodSeconds: 0,
            automountServiceAccountToken: false,
            containers: [
              {
                name: 'probe',
                image,
                args: ['netexec', `--http-port=${port}`, '--udp-port=-1'],
                readinessProbe: { httpGet: { path: '/hostname', port }, periodSeconds: 2 },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ port: 80, targetPort: port }] },
    },
  ];
}

/** The pods that run, from kubectl's list; undefined while one of them is not ready. */
export function readyPods(list: unknown, nodes: number): readonly TestPod[] | undefined {
  interface Pod {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly nodeName?: string };
    readonly status: {
      readonly podIP?: string;
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    };
  }
  const { items = [] } = list as { items?: readonly Pod[] };
  const ready = items.filter(({ status }) => status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'));
  if (ready.length < nodes) return undefined;
  return ready.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    node: spec.nodeName ?? '',
    address: status.podIP ?? '',
  }));
}

/** What a pod's `/dial` answered for one target. */
export function dialled({ code, stdout, stderr }: Output): string {
  if (code !== 0) return stderr.trim().split('\n').at(-1) || `exit code ${code}`;
  if (!stdout.trim().startsWith('{')) return stdout.trim().slice(0, 200) || 'no answer';
  const { responses = [], errors = [] } = parseJson(stdout) as { responses?: string[]; errors?: string[] };
  return responses.length > 0 ? 'ok' : (errors[0] ?? 'no answer');
}

/** All attempts of one kind in one line where all went well; else each that did not. */
export function attempts(subject: string, list: readonly Attempt[]): Finding[] {
  const bad = list.filter(({ says }) => says !== 'ok');
  if (bad.length === 0) return [{ subject, verdict: 'ok', says: `${list.length} of ${list.length}` }];
  return bad.map(({ from, to, says }) => ({
    subject,
    verdict: 'wrong',
    says: `${from} does not reach ${to}: ${says}`,
  }));
}
