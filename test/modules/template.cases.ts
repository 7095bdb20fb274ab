import { template } from '../../modules/files/template.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith } from './paths.ts';

const src = { path: '/roles/lb/templates/haproxy.cfg.hbs', content: 'global\n' };

export const cases: readonly ModuleCase[] = [
  {
    title: 'writes what was rendered, with the attributes asked for',
    module: template,
    args: {
      src,
      dest: '/etc/haproxy/haproxy.cfg',
      backup: false,
      mode: '0640',
      group: 'haproxy',
      validate: 'haproxy -c -f %s',
    },
    given: hostWith({ '/etc/haproxy': folder, '/etc/haproxy/haproxy.cfg': 'old\n' }),
    differences: [
      'content of /etc/haproxy/haproxy.cfg',
      'group of /etc/haproxy/haproxy.cfg',
      'mode of /etc/haproxy/haproxy.cfg',
    ],
    commands: ['write /etc/haproxy/haproxy.cfg'],
    written: { '/etc/haproxy/haproxy.cfg': 'global\n' },
    result: { mode: '0640', owner: 'root', group: 'haproxy' },
  },
  {
    title: 'goes into a folder under its own name, without .hbs',
    module: template,
    args: { src, dest: '/etc/haproxy/', backup: false },
    given: hostWith({ '/etc/haproxy': folder, '/etc/haproxy/haproxy.cfg': 'global\n' }),
    result: { dest: '/etc/haproxy/haproxy.cfg' },
  },
];
