import { add_host } from '../../modules/control/add_host.ts';
import { group_by } from '../../modules/control/group_by.ts';
import type { ModuleCase } from './case.ts';

export const cases: readonly ModuleCase[] = [
  {
    title: 'a host, its groups and its variables, under each of the names that Ansible has for them',
    module: add_host,
    args: { hostname: 'web9', groupname: 'web, new', ansible_host: '192.0.2.9', list: [1] },
    given: {},
    result: {
      add_host: { host_name: 'web9', groups: ['web', 'new'], host_vars: { ansible_host: '192.0.2.9', list: [1] } },
    },
  },
  {
    title: 'a port stands behind the name',
    module: add_host,
    args: { name: 'web9:2222', groups: ['web'] },
    given: {},
    result: { add_host: { host_name: 'web9', groups: ['web'], host_vars: { ansible_port: 2222 } } },
  },
  {
    title: 'the end of an address is no port',
    module: add_host,
    args: { name: '2001:db8::1:22' },
    given: {},
    result: { add_host: { host_name: '2001:db8::1:22', groups: [], host_vars: {} } },
  },
  {
    title: 'a group, and those that it stands in',
    module: group_by,
    args: { key: 'os debian 12', parents: ['os', 'all of them'] },
    given: {},
    result: { add_group: 'os-debian-12', parent_groups: ['os', 'all-of-them'] },
  },
];
