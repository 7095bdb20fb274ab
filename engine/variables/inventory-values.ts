import type { Template } from '../expressions/types.ts';
import { compileValue } from '../expressions/value.ts';
import type { Inventory } from '../inventory/types.ts';
import { settingOf } from '../inventory/variables.ts';
import { type Diagnostic, Diagnostics } from '../source/diagnostic.ts';
import type { SourceNode } from '../source/node.ts';

interface Compiled {
  readonly template: Template;
  readonly problems: readonly Diagnostic[];
}

const compiled = new WeakMap<SourceNode, Compiled>();

/** A value of the inventory as a template. If something is wrong with it, the template fails when it is evaluated. */
export function templateOf(node: SourceNode): Template {
  return compile(node).template;
}

/** Each is compiled once, when it is first needed. */
function compile(node: SourceNode): Compiled {
  let known = compiled.get(node);
  if (!known) {
    const diagnostics = new Diagnostics();
    known = { template: compileValue(node, diagnostics), problems: diagnostics.all };
    compiled.set(node, known);
  }
  return known;
}

/**
 * The values of an inventory, and which of them this playbook uses. An inventory serves many playbooks, of other tools too:
 * what is wrong with a value is an error only if something uses it.
 */
export class InventoryValues {
  readonly #inventory: Inventory;
  readonly #used = new Set<SourceNode>();

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
  }

  /** What these hosts have as the value of a variable: used from here on. */
  use(hosts: Iterable<string>, name: string): readonly Template[] {
    const nodes = new Set<SourceNode>();
    for (const host of hosts) {
      const value = settingOf(this.#inventory.hosts.get(host) ?? this.#inventory.localhost(host), name)?.value;
      if (value) nodes.add(value);
    }
    for (const node of nodes) this.#used.add(node);
    return [...nodes].map(templateOf);
  }

  /** The connection variables of these hosts: always used. */
  useForReaching(hosts: Iterable<string>): void {
    for (const host of hosts)
      for (const { name } of this.#inventory.hosts.get(host)?.settings ?? [])
        if (name.startsWith('ansible_')) this.use([host], name);
  }

  /** Reports what is wrong: of values that nothing uses only the first of each file. */
  report(diagnostics: Diagnostics): void {
    const unused = new Map<string, Diagnostic[]>();
    for (const node of this.#all()) {
      const { problems } = compile(node);
      if (this.#used.has(node)) for (const p of problems) diagnostics.error(p.code, p.place, p.message, p.hint);
      else for (const p of problems) unused.set(p.place!.file, [...(unused.get(p.place!.file) ?? []), p]);
    }
    for (const [{ code, place, message, hint }, ...more] of unused.values() as Iterable<
      [Diagnostic, ...Diagnostic[]]
    >) {
      const others = more.length === 0 ? '' : `, and ${more.length} more in this file`;
      diagnostics.warning(code, place, `${message} (in a value that no play uses${others})`, hint);
    }
  }

  #all(): ReadonlySet<SourceNode> {
    const nodes = new Set<SourceNode>();
    for (const host of this.#inventory.hosts.values()) for (const { value } of host.settings) nodes.add(value);
    return nodes;
  }
}
