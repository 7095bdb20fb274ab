import { groupNameRule, hostNameRule, isGroupName, isHostName } from '../module/line.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { MapNode, SourceNode } from '../source/node.ts';
import type { Place } from '../source/place.ts';
import { expandHostName } from './formats/ranges.ts';
import type { Variable } from './types.ts';

export interface DraftHost {
  readonly name: string;
  readonly place: Place;
  readonly variables: Variable[];
}

export interface DraftGroup {
  readonly name: string;
  readonly place: Place;
  readonly children: Set<string>;
  /** Only direct members. */
  readonly hosts: Set<string>;
  readonly variables: Variable[];
}

/** The inventory under construction: later sources add to it, and their variables override earlier ones. */
export class Draft {
  readonly hosts = new Map<string, DraftHost>();
  readonly groups = new Map<string, DraftGroup>();
  readonly #diagnostics: Diagnostics;

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics;
  }

  group(name: string, place: Place): DraftGroup {
    let group = this.groups.get(name);
    if (!group) {
      if (!isGroupName(name))
        this.#diagnostics.error('inventory-group-name', place, `'${name}' is not a group name`, groupNameRule);
      group = { name, place, children: new Set(), hosts: new Set(), variables: [] };
      this.groups.set(name, group);
    }
    return group;
  }

  host(name: string, place: Place): DraftHost {
    let host = this.hosts.get(name);
    if (!host) {
      if (!isHostName(name))
        this.#diagnostics.error('inventory-host-name', place, `'${name}' is not a host name`, hostNameRule);
      host = { name, place, variables: [] };
      this.hosts.set(name, host);
    }
    return host;
  }

  /** Expands `web[01:20]:2222`, creates new hosts, and adds all to the group. */
  addHosts(text: string, group: DraftGroup, place: Place): readonly DraftHost[] {
    const expanded = expandHostName(text);
    if ('problem' in expanded) {
      this.#diagnostics.error('inventory-host-name', place, expanded.problem, expanded.hint);
      return [];
    }
    const port: SourceNode | undefined =
      expanded.port === undefined
        ? undefined
        : { kind: 'scalar', place, value: expanded.port, source: String(expanded.port), plain: true };
    return expanded.names.map((name) => {
      const host = this.host(name, place);
      group.hosts.add(name);
      if (port) this.set(host.variables, 'ansible_port', port, place, `inventory host '${name}'`);
      return host;
    });
  }

  setAll(variables: Variable[], node: MapNode, origin: string): void {
    for (const entry of node.entries) {
      this.set(variables, entry.key, entry.value, entry.keyPlace, origin);
      if (!entry.key.startsWith('ansible_')) this.#warnOfBooleans(entry.value); // these are read as Ansible reads them
    }
  }

  /** Ansible reads these words as booleans, and the inventory may have been written for it. */
  #warnOfBooleans(node: SourceNode): void {
    if (node.kind === 'list') for (const item of node.items) this.#warnOfBooleans(item);
    else if (node.kind === 'map') for (const { value } of node.entries) this.#warnOfBooleans(value);
    else if (node.plain && typeof node.value === 'string' && /^(yes|no|on|off)$/i.test(node.value)) {
      const meant = /^(yes|on)$/i.test(node.value);
      const message = `${node.value} is text here, but Ansible reads it as ${meant}`;
      this.#diagnostics.warning('boolean-text', node.place, message, `write ${meant}, or quote it: '${node.value}'`);
    }
  }

  set(
    variables: Variable[],
    name: string,
    value: SourceNode,
    place: Place,
    origin: string,
    more: Pick<Variable, 'added'> = {},
  ): void {
    variables.push({ name, value, place, origin, ...more });
    if (!/^[A-Za-z_]\w*$/.test(name))
      this.#diagnostics.warning(
        'variable-name',
        place,
        `'${name}' is not a valid variable name, so expressions cannot refer to it`,
        `use letters, digits and _, not starting with a digit; as it stands, only hostvars.HOST['${name}'] can read it`,
      );
  }
}
