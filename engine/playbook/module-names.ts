import type { AnyModule } from '../module/module.ts';

/** Names of Ansible modules that another module implements here. */
export const aliases: ReadonlyMap<string, string> = new Map([
  ['service', 'systemd'],
  ['systemd_service', 'systemd'],
]);

/** The name without its collection: `apt` for `ansible.builtin.apt`. */
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

  /** All module names, for suggestions. */
  get names(): readonly string[] {
    return [...this.#modules.keys()];
  }
}
