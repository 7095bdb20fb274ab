import { digestOf } from '../../modules/files/text.ts';
import { kubernetes_manifest } from '../../modules/kubernetes/kubernetes_manifest.ts';
import type { ModuleCase } from './case.ts';

const conf = '/etc/kubernetes/admin.conf';
const args = { kubeconfig: conf, state: 'present', force: false, changes: [] };
const definition = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const id = (manifest: string) => `${conf}:${digestOf(manifest)}`;

export const cases: readonly ModuleCase[] = [
  {
    title: 'nothing to do where nothing differs',
    module: kubernetes_manifest,
    args: { ...args, definition },
    given: { reads: { [`kubeconfig:${conf}`]: true, [`manifest-diff:${id(JSON.stringify(definition))}`]: [] } },
    differences: [],
  },
  {
    title: 'several objects, applied on the server',
    module: kubernetes_manifest,
    args: { ...args, definition: [definition, definition] },
    given: {
      reads: {
        [`kubeconfig:${conf}`]: true,
        [`manifest-diff:${id(`${JSON.stringify(definition)}\n${JSON.stringify(definition)}`)}`]: [
          { what: 'Namespace shop', from: null, to: 'x' },
        ],
      },
    },
    differences: ['Namespace shop'],
    commands: [`kubectl --kubeconfig ${conf} apply --server-side --field-manager=tsplay -f -`],
    converges: 'unknown',
  },
  {
    title: 'objects are deleted',
    module: kubernetes_manifest,
    args: { ...args, state: 'absent', src: { path: 'x', content: 'kind: Namespace' } },
    given: {
      reads: {
        [`kubeconfig:${conf}`]: true,
        [`manifest-get:${id('kind: Namespace')}`]: [{ what: 'namespace/shop', from: 'present', to: null }],
      },
    },
    differences: ['namespace/shop'],
    commands: [`kubectl --kubeconfig ${conf} delete --ignore-not-found --wait --timeout=120s -f -`],
    converges: 'unknown',
  },
  {
    title: 'a manifest on the host that is not there',
    module: kubernetes_manifest,
    args: { ...args, path: '/m.yml' },
    given: { reads: { [`kubeconfig:${conf}`]: true, 'file:/m.yml': { exists: false, content: '', encoding: 'utf8' } } },
    fails: 'there is no file /m.yml',
  },
  {
    title: 'a manifest on the host is applied with its changes',
    module: kubernetes_manifest,
    args: { ...args, path: '/m.yml', changes: [{ regexp: '^( *)- b$', replace: '\\g<0>\n\\1- c' }] },
    given: {
      reads: {
        [`kubeconfig:${conf}`]: true,
        'file:/m.yml': { exists: true, content: 'a:\n  - b\n', encoding: 'utf8' },
        [`manifest-diff:${id('a:\n  - b\n  - c\n')}`]: [],
      },
    },
    differences: [],
  },
  {
    title: 'a change that matches nothing in the manifest',
    module: kubernetes_manifest,
    args: { ...args, path: '/m.yml', changes: [{ regexp: '"Network": "[^"]*"', replace: 'x' }] },
    given: {
      reads: { [`kubeconfig:${conf}`]: true, 'file:/m.yml': { exists: true, content: 'a: b\n', encoding: 'utf8' } },
    },
    fails: `nothing in /m.yml matches '"Network": "[^"]*"'`,
  },
  {
    title: 'no cluster here',
    module: kubernetes_manifest,
    args: { ...args, definition },
    given: { reads: { [`kubeconfig:${conf}`]: false } },
    fails: `there is no ${conf}`,
  },
];
