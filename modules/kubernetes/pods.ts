import { parseJson } from '../../engine/module/json.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { ownKubectl, section } from './cluster.ts';

/** A container that does not do what its pod is there for, in the words of the pod's own state. */
export interface Trouble {
  readonly namespace: string;
  readonly pod: string;
  readonly node: string;
  /** '' where it is the pod itself: not scheduled, evicted. */
  readonly container: string;
  /** As kubectl shows it: `CrashLoopBackOff`, `Init:ImagePullBackOff`, `Pending`, `not ready`. */
  readonly state: string;
  readonly message: string;
  readonly restarts: number;
  /** How its last process ended. */
  readonly end: { readonly code: number; readonly reason: string; readonly at: number } | null;
}

export interface Pods {
  readonly total: number;
  readonly troubles: readonly Trouble[];
  /** Versions of the API servers, from their images. */
  readonly versions: readonly string[];
}

/** What is read of a pod. */
interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly containers?: readonly { readonly image?: string }[];
  };
  readonly status: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}
interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: State;
  readonly lastState?: State;
}
interface State {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: { readonly exitCode?: number; readonly reason?: string; readonly finishedAt?: string };
}

/** A container that ended so short a time ago may end again. */
const settledSeconds = 60;

/** What is wrong with the pods of lists that the API printed; `now` is the host's clock, in seconds. */
export function podsOf(lists: readonly string[], now: number, which: (pod: Pod) => boolean = () => true): Pods {
  const pods = lists.flatMap((text) => (parseJson(text) as { items?: readonly Pod[] }).items ?? []).filter(which);
  return {
    total: pods.length,
    troubles: pods.flatMap((pod) => troublesOf(pod, now)),
    versions: pods
      .filter(({ metadata }) => metadata.labels?.['component'] === 'kube-apiserver')
      .flatMap(({ spec }) => /:(v[\d.]+)/.exec(spec.containers?.[0]?.image ?? '')?.[1] ?? []),
  };
}

function troublesOf({ metadata, spec, status }: Pod, now: number): Trouble[] {
  if (metadata.deletionTimestamp !== undefined || status.phase === 'Succeeded') return [];
  const trouble = (container: string, state: string, message = '', of?: ContainerStatus): Trouble => ({
    namespace: metadata.namespace,
    pod: metadata.name,
    node: spec.nodeName ?? '',
    container,
    state,
    message,
    restarts: of?.restartCount ?? 0,
    end: endOf(of),
  });
  if (status.phase === 'Failed') return [trouble('', status.reason ?? 'Failed', status.message)];
  const inits = status.initContainerStatuses ?? [];
  const held = inits.find(({ state }) => state?.terminated?.exitCode !== 0);
  if (held && held.state?.running === undefined) {
    const { waiting, terminated } = held.state ?? {};
    return [trouble(held.name, `Init:${waiting?.reason ?? terminated?.reason ?? 'waiting'}`, waiting?.message, held)];
  }
  const found = (status.containerStatuses ?? []).flatMap((one) => {
    const { waiting, terminated } = one.state ?? {};
    if (waiting) return [trouble(one.name, waiting.reason ?? 'waiting', waiting.message, one)];
    if (terminated) return [trouble(one.name, terminated.reason ?? 'ended', '', one)];
    if (one.ready !== true) return [trouble(one.name, 'not ready', '', one)];
    const end = endOf(one);
    return end && now - end.at < settledSeconds ? [trouble(one.name, 'restarted just now', '', one)] : [];
  });
  if (found.length > 0 || status.phase === 'Running') return found;
  const unmet = status.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  return [trouble('', status.phase ?? 'Unknown', unmet?.message ?? status.message)];
}

function endOf(status: ContainerStatus | undefined): Trouble['end'] {
  const ended = status?.state?.terminated ?? status?.lastState?.terminated;
  if (!ended) return null;
  return {
    code: ended.exitCode ?? 0,
    reason: ended.reason ?? '',
    at: Date.parse(ended.finishedAt ?? '') / 1000 || 0,
  };
}

/** What a container and the kubelet last said. */
export interface Words {
  readonly log: readonly string[];
  /** The newest warning about the pod. */
  readonly event: string;
}

/** Reads as root on a control plane, through its own API server. */
export function wordsProbe({ namespace, pod, container, restarts }: Trouble): Probe<Words> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?tailLines=5&container=${container}`;
  const log = sh`own get --raw ${path}`;
  const before = sh`own get --raw ${`${path}&previous=true`}`;
  const events = `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name=${pod},type=Warning`;
  return {
    key: `pod-words:${namespace}/${pod}/${container}`,
    volatile: true,
    shared: true,
    script: `${ownKubectl}echo '--- log'
${container === '' ? ':' : `{ ${restarts > 0 ? `${before} || ` : ''}${log}; } 2>/dev/null`}
echo; echo '--- events'
${sh`own get --raw ${events}`} 2>/dev/null
:`,
    parse: (out) => ({
      log: section(out.stdout, 'log')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
      event: newestOf(section(out.stdout, 'events')),
    }),
  };
}

function newestOf(text: string): string {
  if (!text.startsWith('{')) return '';
  interface Event {
    readonly message?: string;
    readonly lastTimestamp?: string | null;
    readonly metadata?: { readonly creationTimestamp?: string };
  }
  const time = (event: Event): number =>
    Date.parse(event.lastTimestamp ?? event.metadata?.creationTimestamp ?? '') || 0;
  const { items = [] } = parseJson(text) as { items?: readonly Event[] };
  return [...items].sort((a, b) => time(b) - time(a))[0]?.message?.trim() ?? '';
}

/** One trouble in one text: the state, how it ended, and whose words explain it. */
export function describe(trouble: Trouble, words?: Words): string {
  const { state, restarts, end, message } = trouble;
  const ended = end && (restarts > 0 || /CrashLoop|Error|ended/.test(state));
  const log = words?.log ?? [];
  // Of a container that runs and ends, its own words say more than the kubelet's.
  const reason = message !== '' && !/^back-off \d/.test(message) ? message : log.length > 0 ? '' : (words?.event ?? '');
  return [
    `${state}${restarts > 0 ? `, restarted ${times(restarts)}` : ''}`,
    ...(ended ? [`last end: exit code ${end.code}${end.reason === '' ? '' : ` (${end.reason})`}`] : []),
    ...(reason === '' ? [] : [reason]),
    ...(log.length > 0 ? [`its last words: ${log.slice(-3).join(' ⏎ ')}`] : []),
  ].join('; ');
}

/** The pods that a node's network comes from: all others need it themselves. */
export const onHostNetwork = ({ spec }: Pod): boolean => spec.hostNetwork === true;

const times = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`);

export const nameOf = ({ namespace, pod, container }: Trouble): string =>
  `pod ${namespace}/${pod}${container === '' || pod.startsWith(container) ? '' : ` (${container})`}`;
