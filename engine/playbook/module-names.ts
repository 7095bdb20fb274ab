import type { AnyModule } from '../module/module.ts';

/** Names of Ansible's modules for which another module of this engine stands. */
export const aliases: ReadonlyMap<string, string> = new Map([
  ['service', 'systemd'],
  ['systemd_service', 'systemd'],
]);

/** `ansible.builtin.apt` is `apt`: the name without the collection that it comes from. */
export function withoutCollection(name: string): string {
  return /^[a-z_]\w*\.[a-z_]\w*\.(\w+)$/i.exec(name)?.[1] ?? name;
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

  /** All names that would be understood, for suggestions. */
  get names(): readonly string[] {
    return [...this.#modules.keys()];
  }
}
