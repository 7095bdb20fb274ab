import type { GivenHost } from '../../engine/module/testing.ts';
import { systemd } from '../../modules/system/systemd.ts';
import { noUnit } from '../../modules/system/unit-state.ts';
import type { ModuleCase } from './case.ts';
import { hostWith } from './paths.ts';

const base = { daemon_reload: false, no_block: false, scope: 'system' };
const there = { ...noUnit, exists: true };
const install = { aliases: [], also: [], defaultInstance: null };
const host = (state: object, file: string | null = null, more: object = {}): GivenHost =>
  hostWith(
    {
      '/etc/systemd/system/x.service': file,
      '/etc/systemd/system/y.service': null,
      '/etc/systemd/system/t@.service': null,
    },
    {
      'unit:x.service': { ...there, ...state },
      'unit:y.service': { ...there, alias: 'x.service' },
      'unit-install:x.service': install,
      ...more,
    },
  );
const template = (state: object, more: object = {}): GivenHost =>
  host({}, null, { 'unit:t@.service': { ...there, ...state }, 'unit-install:t@.service': { ...install, ...more } });
const act = (verb: string): string =>
  `systemctl ${verb} x.service; code=$?; [ "$code" -ne 0 ] || { [ "$(systemctl show -p ActiveState --value -- x.service)" != failed ] || code=200; }; ` +
  '[ "$code" -eq 0 ] || { systemctl status --no-pager --full --lines=0 -- x.service; echo; journalctl --no-pager --quiet -n 20 -u x.service; } >&2 2>&1; exit "$code"';

export const cases: readonly ModuleCase[] = [
  {
    title: 'finds nothing to do',
    module: systemd,
    args: { ...base, name: 'x', state: 'started', enabled: true, masked: false },
    given: host({ running: true, enabled: 'yes' }),
    result: { name: 'x.service', state: 'started', enabled: true },
  },
  {
    title: 'enables and starts, after reading unit files that are newer',
    module: systemd,
    args: { ...base, name: 'x.service', state: 'started', enabled: true },
    given: host({ outdated: true }),
    differences: [
      { what: 'enabled', from: 'no', to: 'yes' },
      { what: 'state', from: 'stopped', to: 'started' },
    ],
    commands: ['systemctl daemon-reload', 'systemctl enable x.service', act('start')],
  },
  {
    title: 'restarts what runs, again and again',
    module: systemd,
    args: { ...base, name: 'x', state: 'restarted' },
    given: host({ running: true }),
    differences: [{ what: 'state', from: 'started', to: 'restarted', recurs: true }],
    commands: [act('restart')],
  },
  {
    title: 'starts what does not run when it should be reloaded',
    module: systemd,
    args: { ...base, name: 'x', state: 'reloaded' },
    given: host({}),
    differences: [{ what: 'state', from: 'stopped', to: 'started' }],
    commands: [act('reload-or-restart')],
  },
  {
    title: 'stops, then masks',
    module: systemd,
    args: { ...base, name: 'x', state: 'stopped', masked: true },
    given: host({ running: true, enabled: 'yes' }),
    differences: ['masked', 'state'],
  },
  {
    title: 'cannot tell what a mask has hidden',
    module: systemd,
    args: { ...base, name: 'x', masked: false, enabled: true },
    given: host({ masked: true }),
    differences: ['masked', 'enabled'],
    commands: ['systemctl unmask x.service', 'systemctl enable x.service'],
    converges: 'unknown',
  },
  {
    title: 'reads the files of one unit again only when they are newer',
    module: systemd,
    args: { ...base, name: 'x', daemon_reload: true },
    given: host({ running: true }),
  },
  {
    title: 'reads all unit files again when asked',
    module: systemd,
    args: { ...base, daemon_reload: true },
    given: {},
    differences: ['systemd'],
    commands: ['systemctl daemon-reload'],
  },
  {
    title: 'does to the unit itself what is asked of an alias',
    module: systemd,
    args: { ...base, name: 'y', state: 'stopped', enabled: false },
    given: host({ running: true, enabled: 'yes' }),
    differences: ['enabled', 'state'],
    commands: [
      'systemctl disable x.service',
      'systemctl stop x.service; code=$?; [ "$code" -eq 0 ] || { systemctl status --no-pager --full --lines=0 -- x.service; echo; journalctl --no-pager --quiet -n 20 -u x.service; } >&2 2>&1; exit "$code"',
    ],
    result: { name: 'y.service' },
  },
  {
    title: 'finds the unit by an alias as it is',
    module: systemd,
    args: { ...base, name: 'y', state: 'started', enabled: true },
    given: host({ running: true, enabled: 'yes' }),
  },
  {
    title: 'enables the default instance of a template',
    module: systemd,
    args: { ...base, name: 't@', enabled: true },
    given: template({}, { defaultInstance: 'a' }),
    differences: ['enabled'],
    commands: ['systemctl enable t@.service'],
  },
  {
    title: 'cannot enable a template that has no default instance',
    module: systemd,
    args: { ...base, name: 't@', enabled: true },
    given: template({}),
    fails: 't@.service is a template without DefaultInstance',
  },
  {
    title: 'masks a template, and disables one',
    module: systemd,
    args: { ...base, name: 't@.service', enabled: false, masked: true },
    given: template({ enabled: 'yes' }),
    differences: ['masked', 'enabled'],
    commands: ['systemctl disable t@.service', 'systemctl mask t@.service'],
  },
  {
    title: 'makes a mask last that is gone after the next boot',
    module: systemd,
    args: { ...base, name: 'x', masked: true },
    given: host({ masked: true, maskedUntilBoot: true }),
    differences: [{ what: 'masked', from: 'until the next boot', to: 'true' }],
    commands: ['systemctl mask x.service'],
  },
  {
    title: 'knows an instance of a template that an earlier task would write',
    module: systemd,
    args: { ...base, name: 't@1', state: 'started', enabled: true },
    given: hostWith(
      { '/etc/systemd/system/t@1.service': null, '/etc/systemd/system/t@.service': '[Install]\nWantedBy=x.target\n' },
      { 'unit:t@1.service': noUnit, 'unit:t@.service': noUnit, 'unit-install:t@1.service': install },
    ),
    differences: ['enabled', 'state'],
  },
  {
    title: 'cannot mask a unit whose file stands where the mask would be',
    module: systemd,
    args: { ...base, name: 'x', masked: true },
    given: host({}, '[Service]'),
    fails: 'x.service cannot be masked',
  },
  {
    title: 'knows of a unit that an earlier task would write whether it can be enabled',
    module: systemd,
    args: { ...base, name: 'x', enabled: true },
    given: hostWith(
      { '/etc/systemd/system/x.service': '[Service]\nType=oneshot\nExecStart=/bin/true\n' },
      { 'unit:x.service': noUnit },
    ),
  },
  {
    title: 'knows a unit whose file an earlier task would write',
    module: systemd,
    args: { ...base, name: 'x', state: 'started' },
    given: hostWith({ '/etc/systemd/system/x.service': '[Service]\n' }, { 'unit:x.service': noUnit }),
    differences: ['state'],
  },
  {
    title: 'starts what was masked, where an earlier task would write a file in the place of the mask',
    module: systemd,
    args: { ...base, name: 'x', state: 'started' },
    given: host({ masked: true }, '[Service]\n'),
    differences: ['state'],
  },
  {
    title: 'does not enable what others start',
    module: systemd,
    args: { ...base, name: 'x', enabled: true },
    given: host({ enabled: 'always' }),
  },
  {
    title: 'says that there is no such unit',
    module: systemd,
    args: { ...base, name: 'x', state: 'stopped' },
    given: hostWith({ '/etc/systemd/system/x.service': null }, { 'unit:x.service': noUnit }),
    fails: 'there is no unit x.service',
  },
  {
    title: 'does not start what is masked',
    module: systemd,
    args: { ...base, name: 'x', state: 'started' },
    given: host({ masked: true }),
    fails: 'x.service is masked',
  },
  {
    title: 'fails with what systemd says',
    module: systemd,
    args: { ...base, name: 'x', state: 'started' },
    given: { ...host({}), outputs: { [act('start')]: { code: 200, stderr: 'Active: failed' } } },
    fails: 'x.service failed right after its start',
  },
  ...(
    [
      [{ masked: false }, ['masked'], undefined],
      [{ masked: true }, [], undefined],
      [{ masked: true, state: 'stopped' }, [], undefined],
      [{ masked: true, enabled: false }, [], undefined],
      [{ state: 'stopped' }, [], undefined],
      [{ enabled: false }, [], undefined],
      [{ state: 'started' }, [], 'x.service is masked'],
      [{ enabled: true }, [], 'x.service is masked'],
      [{ masked: false, state: 'started' }, [], 'there is no unit x.service'],
      [{ masked: false, state: 'stopped' }, [], 'there is no unit x.service'],
      [{ masked: false, enabled: true }, [], 'there is no unit x.service'],
    ] as const
  ).map(
    ([args, differences, fails]): ModuleCase => ({
      title: `of a unit of which there is only the mask: ${JSON.stringify(args)}`,
      module: systemd,
      args: { ...base, name: 'x', ...args },
      given: {
        ...hostWith(
          { '/etc/systemd/system/x.service': null },
          {
            'path:/etc/systemd/system/x.service': {
              type: 'link',
              mode: '0777',
              owner: 'root',
              group: 'root',
              target: '/dev/null',
            },
            'unit:x.service': { ...noUnit, masked: true },
          },
        ),
      },
      ...(fails !== undefined
        ? { fails }
        : differences.length === 0
          ? {}
          : { differences, commands: ['systemctl unmask x.service'], converges: 'unknown' as const }),
    }),
  ),
  {
    title: 'finds no mask to take from a unit that is not there',
    module: systemd,
    args: { ...base, name: 'x', masked: false },
    given: hostWith({ '/etc/systemd/system/x.service': null }, { 'unit:x.service': noUnit }),
  },
  {
    title: 'cannot tell what a package brings under a mask',
    module: systemd,
    args: { ...base, name: 'x', masked: true },
    given: hostWith({ '/etc/systemd/system/x.service': null }, { 'unit:x.service': noUnit }),
    differences: ['masked'],
    commands: ['systemctl mask x.service'],
    converges: 'unknown',
  },
];
