import { expectSuccess, TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule, type Reader } from '../../engine/module/module.ts';
import { cannotTell, type Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import type { Arguments } from '../../engine/module/schema.ts';
import { bounded, compile, lintPatterns, lintReplacement, replacementOf } from '../files/pattern.ts';
import { digestOf, fileText } from '../files/text.ts';
import { kubeconfigProbe } from './cluster.ts';

const schema = {
  type: 'object',
  properties: {
    src: { type: 'string', format: 'template-file', description: 'Template of the manifest on the controller.' },
    definition: { type: ['object', 'array'], description: 'One object, or a list of objects.' },
    path: {
      type: 'string',
      format: 'path',
      description: 'File on the host that contains the manifest, e.g. one fetched by get_url.',
    },
    changes: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          regexp: { type: 'string', description: 'What to replace: a pattern as in `replace`.' },
          replace: { type: 'string', description: 'What to put there.' },
        },
        required: ['regexp', 'replace'],
        additionalProperties: false,
      },
      default: [],
      description:
        'What to change in the manifest of `path` before it is applied: each `regexp` (as in `replace`) must match somewhere.',
    },
    kubeconfig: {
      type: 'string',
      format: 'path',
      default: '/etc/kubernetes/admin.conf',
      description: 'Kubeconfig on the host with which to reach the cluster.',
    },
    state: { enum: ['present', 'absent'], default: 'present', description: 'Whether the objects exist.' },
    force: { type: 'boolean', default: false, description: 'Take over fields that another manager owns.' },
  },
} as const;

type ManifestArguments = Arguments<typeof schema>;

const sources = ['src', 'definition', 'path'] as const;

export const kubernetes_manifest = defineModule({
  name: 'kubernetes_manifest',
  summary: 'Applies objects to a Kubernetes cluster by server-side apply, if a diff shows changes.',
  subject: 'Kubernetes',
  args: schema,
  examples: [
    `- name: Apply the network of the pods
  kubernetes_manifest: { path: /etc/kubernetes/kube-flannel.yml }
`,
    `- name: Make a namespace
  kubernetes_manifest:
    definition: { apiVersion: v1, kind: Namespace, metadata: { name: shop } }
`,
  ],

  lint(args) {
    const given = sources.filter((name) => name in args);
    const changes = Array.isArray(args.changes) ? (args.changes as Readonly<Record<string, unknown>>[]) : [];
    const wrong = changes.flatMap((change) => [
      ...lintPatterns(change, ['regexp']),
      ...lintReplacement(change, 'replace'),
    ]);
    if (changes.length > 0 && !('path' in args)) wrong.push('changes are made to the manifest of path alone');
    return given.length === 1
      ? wrong
      : [
          ...wrong,
          `exactly one of ${sources.join(', ')} must say what to apply; there ${given.length === 0 ? 'is none' : `are ${given.join(' and ')}`}`,
        ];
  },

  async check(args, host) {
    if (!(await host.read(kubeconfigProbe(args.kubeconfig))))
      throw new TaskFailure(`there is no ${args.kubeconfig} on this host`, {
        hint: 'run this on a control plane, or set kubeconfig',
      });
    const manifest = await manifestOf(args, host);
    const probe = args.state === 'present' ? diffProbe(args, manifest) : existingProbe(args, manifest);
    const differences = await host.read(probe);
    return { present: { manifest }, differences, after: differences.length > 0 ? [cannotTell(probe)] : [] };
  },

  async change(args, { present }, host) {
    const verb =
      args.state === 'present'
        ? ['apply', '--server-side', '--field-manager=tsplay', ...(args.force ? ['--force-conflicts'] : [])]
        : ['delete', '--ignore-not-found', '--wait', '--timeout=120s'];
    const argv = ['kubectl', '--kubeconfig', args.kubeconfig, ...verb, '-f', '-'];
    const output = await host.run(argv, { stdin: present.manifest, timeoutSeconds: 180 });
    expectSuccess(
      argv,
      output,
      /conflict/i.test(output.stderr) ? 'another manager owns these fields: `force: true` takes them over' : undefined,
    );
  },
});

async function manifestOf(args: ManifestArguments, host: Reader): Promise<string> {
  if (args.src) return args.src.content;
  if (args.path === undefined) {
    const items = Array.isArray(args.definition) ? args.definition : [args.definition];
    return items.map((item) => JSON.stringify(item)).join('\n');
  }
  const file = await host.read(fileText(args.path));
  if (!file.exists)
    throw new TaskFailure(`there is no file ${args.path} on this host`, {
      hint: 'fetch it with an earlier task (get_url, copy)',
    });
  return args.changes.reduce((text, { regexp, replace }) => changed(text, regexp, replace, args.path!), file.content);
}

/** A manifest of another release may look different: a change without effect would be worse than a failure. */
function changed(text: string, regexp: string, replace: string, path: string): string {
  const pattern = compile('regexp', regexp, true);
  if (!bounded(path, regexp, () => pattern.test(text)))
    throw new TaskFailure(`nothing in ${path} matches '${regexp}'`, { hint: 'adapt `changes` to this manifest' });
  return bounded(path, regexp, () => pattern.replace(text, replacementOf(pattern, 'replace', replace)));
}

type ManifestProbe = Probe<readonly Difference[]>;

// The manifest goes to kubectl through a builtin: it appears in no argument list. Nothing is left in kubectl's cache.
const piped = (args: ManifestArguments, manifest: string, words: readonly string[]): string =>
  `KUBECTL_EXTERNAL_DIFF='diff -u -N -U 99999'; export KUBECTL_EXTERNAL_DIFF
if [ -w /dev/shm ]; then TMPDIR=/dev/shm; export TMPDIR; fi\n${sh`printf '%s\n' ${manifest} | kubectl --kubeconfig ${args.kubeconfig} --cache-dir=/dev/null/none ${words} -f -`}`;

function diffProbe(args: ManifestArguments, manifest: string): ManifestProbe {
  return {
    key: `manifest-diff:${args.kubeconfig}:${digestOf(manifest)}`,
    shared: true,
    script: piped(args, manifest, [
      'diff',
      '--server-side',
      '--field-manager=tsplay',
      ...(args.force ? ['--force-conflicts'] : []),
    ]),
    parse(out) {
      if (out.code === 0) return [];
      if (out.code === 1 && out.stdout !== '') return differencesOf(out.stdout);
      // Objects of a manifest may need what it makes itself: a namespace, a kind.
      const missing = /namespaces "[^"]+" not found|no matches for kind "[^"]+"/.exec(out.stderr)?.[0];
      if (missing !== undefined)
        return [{ what: 'manifest', from: null, to: `applied (${missing}: it makes that itself)` }];
      throw new TaskFailure(`kubectl diff: ${out.stderr.trim().split('\n').at(-1) || `exit code ${out.code}`}`, {
        output: out,
      });
    },
  };
}

function existingProbe(args: ManifestArguments, manifest: string): ManifestProbe {
  return {
    key: `manifest-get:${args.kubeconfig}:${digestOf(manifest)}`,
    shared: true,
    script: piped(args, manifest, ['get', '--ignore-not-found', '-o', 'name']),
    parse(out) {
      if (out.code !== 0 && !/no matches for kind/.test(out.stderr))
        throw new TaskFailure(`kubectl get: ${out.stderr.trim().split('\n').at(-1) || `exit code ${out.code}`}`, {
          output: out,
        });
      return out.stdout
        .split('\n')
        .filter((name) => name !== '')
        .map((name) => ({ what: name, from: 'present', to: null }));
    },
  };
}

/** One difference for each object, from kubectl's unified diff with all of each object in it. */
export function differencesOf(diff: string): Difference[] {
  return diff
    .split(/^diff .*\n/m)
    .filter((part) => part.includes('\n@@ '))
    .map((part) => {
      const [header = '', body = ''] = part.split(/^@@ .*\n/m);
      const side = (sign: '-' | '+'): string => {
        const lines = body.split('\n').filter((line) => line.startsWith(' ') || line.startsWith(sign));
        return withoutBookkeeping(lines.map((line) => line.slice(1)));
      };
      return { what: objectName(header), from: side('-') || null, to: side('+') || null };
    })
    .filter(({ from, to }) => from !== to);
}

/** Without what the server itself writes into metadata: older ones count a new manager alone as a change. */
function withoutBookkeeping(lines: readonly string[]): string {
  let managed = false;
  const kept = lines.filter((line) => {
    managed = line === '  managedFields:' || (managed && /^ {2}(-| )/.test(line));
    return !managed && !/^ {2}(creationTimestamp|generation|resourceVersion|selfLink|uid):/.test(line);
  });
  return kept.join('\n');
}

/** kubectl names its files `group.version.Kind.namespace.name`. */
function objectName(header: string): string {
  const file = /^\+\+\+ (?:.*\/)?(\S+)/m.exec(header)?.[1] ?? 'object';
  const [, kind, namespace, name] = /\.?v\d\w*\.([A-Z]\w*)\.([^.]*)\.(.+)$/.exec(file) ?? [];
  return kind === undefined ? file : `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
}
