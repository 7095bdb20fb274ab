import type { AnyModule } from '../module/module.ts';
import { suggest } from '../source/nearest.ts';

/** Names of Ansible modules that another module implements here. */
export const aliases: ReadonlyMap<string, string> = new Map([
  ['service', 'systemd'],
  ['systemd_service', 'systemd'],
]);

/** Where Ansible has modules outside its core. It redirects `ansible.builtin.mount` to `ansible.posix.mount`, and so do we. */
const homes: Readonly<Record<string, readonly string[]>> = {
  'ansible.posix': ['authorized_key', 'mount', 'sysctl'],
  'community.general': ['modprobe'],
};

/** Modules that Ansible does not have: they are in no collection. */
export const ownNames: readonly string[] = [
  'kubeadm',
  'kubeadm_preflight',
  'kubernetes_preflight',
  'kubernetes_connections',
  'kubernetes_health',
  'kubernetes_manifest',
  'kubernetes_wait',
  'swap',
];

const inCollection = /^([a-z_]\w*\.[a-z_]\w*)\.(\w+)$/i;

/** The collections under which a module or an action can be named. */
export function collectionsOf(name: string): readonly string[] {
  if (ownNames.includes(name)) return [];
  return ['ansible.builtin', 'ansible.legacy', ...Object.keys(homes).filter((home) => homes[home]!.includes(name))];
}

/**
 * The name without its collection: `apt` for `ansible.builtin.apt`. The name as it is where that collection has none of
 * this name that we stand for: it means something else.
 */
export function withoutCollection(name: string): string {
  const [, collection = '', short = ''] = inCollection.exec(name) ?? [];
  return collectionsOf(short).includes(collection) ? short : name;
}

/** What to write instead of the name of an unknown module. */
export function suggestModule(name: string, known: Iterable<string>): string | undefined {
  const short = inCollection.exec(name)?.[2];
  const names = [...known];
  if (short === undefined || !(names.includes(short) || aliases.has(short))) return suggest(short ?? name, names);
  const [home] = collectionsOf(short).filter((collection) => collection in homes || collectionsOf(short).length === 2);
  return `'${short}' here is ${home === undefined ? "tsplay's own module" : `${home}.${short}`}: write '${short}' if you mean that`;
}

/** The modules that a playbook can name. */
export class ModuleNames {
  readonly #modules: ReadonlyMap<string, AnyModule>;

  constructor(modules: ReadonlyMap<string, AnyModule>) {
    this.#modules = modules;
  }

  find(name: string): AnyModule | undefined {
    const short = withoutCollection(name);
    return this.#modules.get(short) ?? this.#modules.get(aliases.get(short) ?? '');
  }

  /** All module names, for suggestions. */
  get names(): readonly string[] {
    return [...this.#modules.keys()];
  }
}
