import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../engine/module/failure.ts';
import { parseJson } from '../../engine/module/json.ts';
import { defineModule, type Reader, type Writer } from '../../engine/module/module.ts';
import { quoteAll, sh } from '../../engine/module/quote.ts';
import { fresh } from '../../engine/module/read-only.ts';
import type { Arguments } from '../../engine/module/schema.ts';
import { adminConf, clusterProbe, nodeNameOf } from './cluster.ts';
import { type Attempt, attempts, dialled, objectsOf, port, readyPods, type TestPod } from './health/connections.ts';
import { type Finding, tableOf } from './health/findings.ts';
import { Patience } from './patience.ts';
import { describe, nameOf, podsOf, wordsProbe } from './pods.ts';

const schema = {
  type: 'object',
  required: ['control_planes'],
  properties: {
    control_planes: {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      description: 'Inventory names of the control planes; the first that responds is used.',
    },
    workers: { type: 'array', items: { type: 'string' }, default: [], description: 'Inventory names of the workers.' },
    image: {
      type: 'string',
      default: 'registry.k8s.io/e2e-test-images/agnhost:2.53',
      description: "Image of the test pods: Kubernetes' own agnhost, or one that knows `netexec`.",
    },
    namespace: { type: 'string', default: 'tsplay-verify', description: 'Made for the test pods, then removed.' },
    dns_domain: {
      type: 'string',
      default: 'cluster.local',
      description: 'Domain of the cluster DNS; empty: names are not tried.',
    },
    timeout: { type: 'integer', minimum: 1, default: 180, description: 'Maximum seconds until the pods run.' },
  },
} as const;

type ConnectionArguments = Arguments<typeof schema>;

export const kubernetes_connections = defineModule({
  name: 'kubernetes_connections',
  summary: 'Tries all paths of a cluster with a test pod on each node, which it makes and removes.',
  subject: 'Kubernetes',
  nature: 'action',
  args: schema,
  returns: {
    type: 'object',
    properties: { table: { type: 'string', description: 'What was tried, and what came of it.' } },
  },
  examples: [
    `- name: Try the paths between all nodes
  kubernetes_connections:
    control_planes: [master-1, master-2]
    workers: [worker-1]
  changed_when: false
`,
  ],

  check({ namespace }) {
    return Promise.resolve({
      present: undefined,
      differences: [
        { what: `test pods in namespace ${namespace}`, from: null, to: 'made, tried and removed', recurs: true },
      ],
    });
  },

  async change(args, _found, host) {
    const via = host.on(await responding(args, fresh(host)));
    const kubectl = kubectlOn(via);
    await kubectl(['delete', 'namespace', args.namespace, '--ignore-not-found', '--timeout=90s']);
    // Whatever becomes of this run, the namespace goes.
    await via.run([...later, 'kubectl', '--kubeconfig', adminConf, 'delete', 'namespace', args.namespace]);
    try {
      const manifest = objectsOf(args.namespace, args.image)
        .map((object) => JSON.stringify(object))
        .join('\n');
      await kubectl(['apply', '-f', '-'], manifest);
      const pods = await running(args, host, via);
      const list = await tried(args, pods, host, via);
      const table = tableOf(list);
      const wrong = list.filter(({ verdict }) => verdict === 'wrong').length;
      if (wrong > 0)
        throw new TaskFailure(`${wrong === 1 ? '1 path does' : `${wrong} paths do`} not work:\n${table}`, {
          result: { table },
        });
      return { result: { table }, message: table };
    } finally {
      await kubectl(['delete', 'namespace', args.namespace, '--ignore-not-found', '--timeout=90s']);
      await via.run(['systemctl', 'stop', 'tsplay-verify.timer']);
    }
  },
});

const later = ['systemd-run', '--quiet', '--collect', '--unit=tsplay-verify', '--on-active=15min'] as const;

/** kubectl through the endpoint that admin.conf names: the load balancer. */
function kubectlOn(via: Writer) {
  return async (argv: readonly string[], stdin?: string): Promise<string> => {
    const words = ['kubectl', '--kubeconfig', adminConf, ...argv];
    const output = await via.run(words, { timeoutSeconds: 120, ...(stdin !== undefined && { stdin }) });
    if (output.code !== 0)
      throw new TaskFailure(`kubectl ${argv.slice(0, 2).join(' ')}: ${output.stderr.trim().split('\n').at(-1)}`, {
        output,
        command: quoteAll(words),
      });
    return output.stdout;
  };
}

async function responding({ control_planes }: ConnectionArguments, host: Reader): Promise<string> {
  const silent: string[] = [];
  for (const name of control_planes) {
    try {
      const cluster = await host.on(name).read(clusterProbe);
      if (cluster.answers) return name;
      silent.push(`${name}: ${cluster.why}`);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'Unreachable') throw error;
      silent.push(`${name}: ${error.message}`);
    }
  }
  throw new TaskFailure(`no control plane answers (${silent.join('; ')})`);
}

/** Waits until a pod runs on each node, or it is known that none will. */
async function running(args: ConnectionArguments, host: Writer, via: Writer): Promise<readonly TestPod[]> {
  const end = performance.now() + args.timeout * 1000;
  const patience = new Patience();
  const nodes = args.control_planes.length + args.workers.length;
  for (;;) {
    const text = await kubectlOn(via)(['get', 'pods', '-n', args.namespace, '-o', 'json']);
    const pods = readyPods(parseJson(text), nodes);
    if (pods) return pods;
    const troubles = podsOf([text], Date.now() / 1000).troubles.slice(0, 5);
    const told = await Promise.all(
      troubles.map(async (trouble) => [trouble, await via.readNow(wordsProbe(trouble))] as const),
    );
    const lost = patience.firstLost(told);
    if (lost !== undefined || performance.now() >= end)
      throw new TaskFailure(
        `the test pods do not run${lost === undefined ? ` after ${args.timeout} s` : ` (${lost})`}: ${told.map(([trouble, words]) => `${nameOf(trouble)} on ${trouble.node}: ${describe(trouble, words)}`).join('\n') || 'not every node has one'}`,
        { hint: 'the image must be one that the nodes can pull: `image`' },
      );
    await sleep(1000, undefined, { signal: host.signal });
  }
}

async function tried(
  args: ConnectionArguments,
  pods: readonly TestPod[],
  host: Writer,
  via: Writer,
): Promise<readonly Finding[]> {
  const { namespace } = args;
  const kubectl = kubectlOn(via);
  const service = (
    await kubectl(['get', 'service', 'probe', '-n', namespace, '-o', 'jsonpath={.spec.clusterIP}'])
  ).trim();
  const name = `probe.${namespace}.svc.${args.dns_domain}`;
  const pairs = pods.flatMap((from) => pods.map((to) => ({ from, to: to.node, host: to.address, port })));
  const services = pods.map((from) => ({ from, to: service, host: service, port: 80 }));
  const names = args.dns_domain === '' ? [] : pods.map((from) => ({ from, to: name, host: name, port: 80 }));
  const dial = (list: readonly Dial[]): Promise<readonly Attempt[]> => dialAll(namespace, list, via);
  const one = pods[0]!;
  return [
    ...attempts('pod to pod', await dial(pairs)),
    ...attempts('pod to service address', await dial(services)),
    ...(names.length > 0 ? attempts('pod to service name', await dial(names)) : []),
    ...attempts('host to pod', await fromHosts(args, pods, host)),
    ...attempts('through the API endpoint', await throughEndpoint(namespace, one, via)),
  ];
}

interface Dial {
  readonly from: TestPod;
  readonly to: string;
  readonly host: string;
  readonly port: number;
}

/** As many at a time as a control plane can bear. */
const together = 8;

async function dialAll(namespace: string, list: readonly Dial[], via: Writer): Promise<readonly Attempt[]> {
  const done: Attempt[] = [];
  for (let i = 0; i < list.length; i += together)
    done.push(
      ...(await Promise.all(
        list.slice(i, i + together).map(async ({ from, to, host, port: at }) => {
          const query = `request=hostname&protocol=http&host=${encodeURIComponent(host)}&port=${at}&tries=1`;
          const path = `/api/v1/namespaces/${namespace}/pods/${from.name}:${port}/proxy/dial?${query}`;
          const output = await via.run(['kubectl', '--kubeconfig', adminConf, 'get', '--raw', path], {
            timeoutSeconds: 30,
          });
          return { from: `pod on ${from.node}`, to, says: dialled(output) };
        }),
      )),
    );
  return done;
}

async function fromHosts(
  { control_planes, workers }: ConnectionArguments,
  pods: readonly TestPod[],
  host: Writer,
): Promise<readonly Attempt[]> {
  const lists = await Promise.all(
    [...control_planes, ...workers].map(async (name) => {
      const script = pods
        .map(
          ({ node, address }) => sh`timeout 5 bash -c ${`: </dev/tcp/${address}/${port}`} 2>/dev/null && echo ${node}`,
        )
        .join('\n');
      const { stdout } = await host.on(name).shell(`${script}\n:`, { timeoutSeconds: 600 });
      const reached = stdout.split('\n');
      return pods.map(({ node }) => ({
        from: nodeNameOf(name),
        to: `the pod on ${node}`,
        says: reached.includes(node) ? 'ok' : 'no answer within 5 s',
      }));
    }),
  );
  return lists.flat();
}

/** What kubectl does for people: logs, exec and port-forward go from the endpoint through an API server to a kubelet. */
async function throughEndpoint(namespace: string, pod: TestPod, via: Writer): Promise<readonly Attempt[]> {
  const kubectl = sh`kubectl --kubeconfig ${adminConf} -n ${namespace}`;
  const forward = `coproc { exec ${kubectl} port-forward ${sh`pod/${pod.name}`} :${port}; }
pid=$COPROC_PID; trap 'kill "$pid"' EXIT
read -r -t 10 -u "\${COPROC[0]}" line || exit
local=\${line#*:}; local=\${local%% *}
exec 4<>"/dev/tcp/127.0.0.1/$local" && printf 'GET /hostname HTTP/1.0\\r\\n\\r\\n' >&4 && timeout 5 cat <&4 | grep -q 200`;
  const ways: readonly (readonly [string, string])[] = [
    ['its log', `${kubectl} logs --tail=1 ${sh`${pod.name}`}`],
    ['a command in it (exec)', `${kubectl} exec ${sh`${pod.name}`} -- /agnhost --help`],
    ['its port (port-forward)', sh`bash -c ${forward}`],
  ];
  return Promise.all(
    ways.map(async ([to, script]) => {
      const { code, stderr } = await via.shell(script, { timeoutSeconds: 30 });
      return { from: 'kubectl', to, says: code === 0 ? 'ok' : stderr.trim().split('\n').at(-1) || `exit code ${code}` };
    }),
  );
}
