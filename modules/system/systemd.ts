import { basename } from 'node:path/posix';
import { expectSuccess, TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule, type Reader, type Writer } from '../../engine/module/module.ts';
import { cannotTell, type Prediction, willBe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { unlessUnknown } from '../../engine/module/unknown.ts';
import { inode, pathState, realPath } from '../files/path.ts';
import { type PathState } from '../files/path-state.ts';
import { fileText } from '../files/text.ts';
import { type InstallSection, installSection, parseInstall } from './install-section.ts';
import { unitState } from './unit.ts';
import { aliasOf, isTemplate, templateOf, type UnitState, unitName } from './unit-state.ts';

export const systemd = defineModule({
  name: 'systemd',
  summary: 'Manages a systemd unit: started, enabled, masked; restarts and reloads for handlers.',
  subject: 'system',
  args: {
    type: 'object',
    description:
      'A unit that is activating counts as started, even one that restarts in a loop (a kubelet before kubeadm). restarted and reloaded always report a change: ' +
      'use them in handlers. systemd reloads its unit files whenever an action requires it; daemon_reload: true only reloads them.',
    properties: {
      name: {
        type: 'string',
        pattern: '^[A-Za-z0-9:_.@\\\\][A-Za-z0-9:_.@\\\\-]*$',
        maxLength: 255,
        description:
          '`containerd`, `systemd-sysctl.service`, `apt-daily.timer`; of a template (`getty@.service`) what holds for its default instance.',
      },
      state: {
        enum: ['started', 'stopped', 'restarted', 'reloaded'],
        description: '`reloaded` and `restarted` start a unit that is not running.',
      },
      enabled: { type: 'boolean', description: 'Whether it starts at boot.' },
      masked: { type: 'boolean', description: 'Whether it is masked: nothing can start it.' },
      daemon_reload: {
        type: 'boolean',
        default: false,
        description: 'With a name: reload only if its files are newer than what systemd has loaded. Without: always.',
      },
      no_block: { type: 'boolean', default: false, description: 'Do not wait for the start or stop to finish.' },
      scope: { enum: ['system'], default: 'system', description: 'User units are not supported.' },
    },
    allOf: [{ anyOf: [{ required: ['name'] }, { required: ['daemon_reload'] }] }],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'The unit.' },
      enabled: { type: 'boolean', description: 'Whether it starts at boot.' },
      state: { enum: ['started', 'stopped'], description: 'Whether it is running.' },
    },
  },
  examples: [
    `- name: containerd runs, now and at boot
  systemd:
    name: containerd
    state: started
    enabled: true`,
    `- name: reload haproxy
  systemd:
    name: haproxy
    state: reloaded`,
    `- name: nothing upgrades packages by itself
  systemd:
    name: apt-daily-upgrade.timer
    state: stopped
    masked: true`,
  ],
  lint(args) {
    const problems: string[] = [];
    if (args['masked'] === true && args['state'] !== undefined && args['state'] !== 'stopped')
      problems.push('a masked unit cannot run');
    if (typeof args['name'] === 'string' && args['state'] !== undefined && isTemplate(unitName(args['name'])))
      problems.push(
        `${args['name']} is a template and cannot be ${args['state'] as string}: name an instance, such as ${args['name'].replace('@', '@1')}`,
      );
    if (args['name'] === undefined)
      for (const arg of ['state', 'enabled', 'masked'])
        if (args[arg] !== undefined) problems.push(`${arg} needs the name of a unit`);
    if (args['masked'] === true && args['enabled'] === true) problems.push('a masked unit cannot be enabled');
    return problems;
  },

  async check(args, host) {
    if (args.name === undefined)
      return {
        present: undefined,
        differences: [{ what: 'systemd', from: 'its unit files as loaded', to: 'read again', recurs: true }],
      };
    const asked = unitName(args.name);
    const { unit, state: present } = await readUnit(host, asked, (masked) =>
      args.masked === false ? args.state === undefined && args.enabled === undefined : (args.masked ?? masked),
    );
    const masked = args.masked ?? present.masked;
    if (present.masked && masked && (args.state === 'started' || args.state === 'restarted' || args.enabled === true))
      throw new TaskFailure(`${unit} is masked`, { hint: 'set masked: false to allow it to start' });

    if (args.masked && !present.masked && (await host.read(pathState(`/etc/systemd/system/${unit}`))).type === 'file')
      throw new TaskFailure(
        `${unit} cannot be masked: its own file is /etc/systemd/system/${unit}, where the mask would be`,
        {
          hint: 'remove the file, or disable and stop the unit',
        },
      );

    const differences: Difference[] = [];
    const warnings: string[] = [];
    if (args.daemon_reload && present.outdated)
      differences.push({ what: 'unit files', from: 'newer than what systemd has loaded', to: 'loaded' });
    if (masked !== present.masked || (args.masked && present.maskedUntilBoot))
      differences.push({
        what: 'masked',
        from: present.maskedUntilBoot ? 'until the next boot' : String(present.masked),
        to: String(masked),
      });
    const enabled = args.enabled === undefined ? undefined : args.enabled ? 'yes' : 'no';
    if (enabled !== undefined && present.enabled === 'always') {
      if (args.enabled) warnings.push(`${unit} cannot be enabled: other units start it`);
    } else if (enabled !== undefined && present.enabled !== enabled)
      differences.push({ what: 'enabled', from: present.enabled, to: enabled });

    const enabling = differences.some((d) => d.what === 'enabled');
    const install = enabling ? await unlessUnknown(readInstall(host, unit)) : undefined;
    if (enabling && args.enabled && isTemplate(unit) && install?.defaultInstance === null)
      throw new TaskFailure(`${unit} is a template without DefaultInstance, and cannot be enabled itself`, {
        hint: `name an instance, such as ${unit.replace('@', '@1')}`,
      });

    const now = present.running ? 'started' : 'stopped';
    if (args.state === 'started' && present.oneshot && !present.running)
      differences.push({ what: 'state', from: now, to: 'run once', recurs: true });
    else if (args.state === 'started' || args.state === 'stopped') {
      if (args.state !== now) differences.push({ what: 'state', from: now, to: args.state });
    } else if (args.state !== undefined) {
      if (present.running || present.oneshot)
        differences.push({ what: 'state', from: now, to: args.state, recurs: true });
      else differences.push({ what: 'state', from: 'stopped', to: 'started' });
    }
    // A file that an earlier task would write is newer than what systemd has loaded: in check mode this read says that it is unknown.
    if (args.daemon_reload && differences.length === 0) await host.read(inode(`/etc/systemd/system/${unit}`));
    const running = args.state === undefined ? present.running : args.state !== 'stopped' && !present.oneshot;
    return {
      present: { unit, state: present },
      differences,
      after:
        differences.length === 0
          ? []
          : [
              ...predict(unit, present, { masked, running, enabled, outdated: false }),
              ...(install ? othersWillBe(unit, install) : []),
            ],
      result: {
        name: asked,
        state: running ? 'started' : 'stopped',
        ...(args.enabled !== undefined && { enabled: args.enabled }),
      },
      ...(warnings.length > 0 && { warnings }),
    };
  },

  async change(args, { present, differences }, host) {
    if (args.name === undefined || present === undefined) {
      await systemctl(host, ['daemon-reload']);
      return;
    }
    const { unit, state: found } = present;
    const what = new Map(differences.map((d) => [d.what, d]));
    if (found.outdated) await systemctl(host, ['daemon-reload']);
    if (what.has('masked') && !args.masked)
      await systemctl(host, ['unmask', ...(found.maskedUntilBoot ? ['--runtime'] : []), unit]);
    if (what.has('enabled')) await systemctl(host, [args.enabled ? 'enable' : 'disable', unit]);
    if (what.has('state')) await act(host, unit, args.state!, args.no_block);
    if (what.has('masked') && args.masked) await systemctl(host, ['mask', unit]);
  },
});

/**
 * A unit file that an earlier task would write makes the unit exist, though systemd does not know it yet; and where it
 * takes the place of a mask, the unit is masked no more.
 */
async function readUnit(
  host: Reader,
  unit: string,
  mayBeMissing: (masked: boolean) => boolean,
): Promise<{ unit: string; state: UnitState }> {
  const ownFile = pathState(`/etc/systemd/system/${unit}`);
  const [state, found] = await Promise.all([host.read(unitState(unit)), unlessUnknown(host.read(ownFile))]);
  // One unit has one state, whatever it is called.
  if (state.alias !== undefined) return readUnit(host, state.alias, mayBeMissing);
  if (state.exists && !state.masked) return { unit, state };
  const file = found ?? (await host.read(ownFile));
  const unmasked = state.masked && file.type === 'file';
  const none = file.type === 'absent' || (state.masked && !unmasked);
  if (!unmasked && (state.exists || (none && mayBeMissing(state.masked)))) return { unit, state };
  const target = file.type === 'link' ? basename(file.target ?? '') : unit;
  if (target !== unit && target !== 'null' && target === unitName(target)) return readUnit(host, target, mayBeMissing);
  if (!none) {
    const { content } = await host.read(fileText(`/etc/systemd/system/${unit}`));
    const oneshot = /^Type=oneshot\s*$/m.test(content) && !/^RemainAfterExit=(?:yes|true|on|1)\s*$/m.test(content);
    const enabled = /^\[Install\]/m.test(content) ? 'no' : 'always';
    return { unit, state: { ...state, exists: true, masked: false, enabled, oneshot } };
  }
  const template = templateOf(unit);
  if (template !== undefined) {
    const of = await readUnit(host, template, () => true);
    if (of.state.exists)
      return { unit, state: { ...of.state, enabled: of.state.enabled === 'yes' ? 'no' : of.state.enabled } };
  }
  throw new TaskFailure(`there is no unit ${unit} on the host`, {
    hint: `${state.masked ? 'there is only its mask: ' : ''}check that its package is installed; \`systemctl list-unit-files\` lists the units`,
  });
}

/** What an earlier task would write counts as well. */
async function readInstall(host: Reader, unit: string): Promise<InstallSection> {
  const { exists, content } = await host.read(fileText(`/etc/systemd/system/${unit}`));
  return exists ? parseInstall(content) : host.read(installSection(unit));
}

/** Enabling links the unit's aliases and enables others; disabling takes them back. */
function othersWillBe(unit: string, { aliases, also }: InstallSection): readonly Prediction[] {
  const links = aliases.map((alias) => `/etc/systemd/system/${alias}`);
  return [
    ...aliases.map((alias) => willBe(unitState(alias), aliasOf(unit))),
    ...links.flatMap((link) => [pathState, fileText, realPath].map((of) => cannotTell(of(link)))),
    ...also.filter((other) => other !== unit).map((other) => cannotTell(unitState(other))),
  ];
}

function predict(
  unit: string,
  present: UnitState,
  wanted: { masked: boolean; running: boolean; enabled: 'yes' | 'no' | undefined; outdated: false },
): Prediction[] {
  // What a mask has hidden, and what a new unit file says, is not known before.
  const place = `/etc/systemd/system/${unit}`; // a mask is a link there
  const links = present.masked === wanted.masked ? [] : [fileText, realPath].map((of) => cannotTell(of(place)));
  const mask: PathState = { type: 'link', mode: '0777', owner: 'root', group: 'root', target: '/dev/null' };
  if (links.length > 0) links.push(wanted.masked ? willBe(pathState(place), mask) : cannotTell(pathState(place)));
  // Nor what comes under the mask of a unit that is not there: a package may bring it.
  if ((present.masked && !wanted.masked) || !present.exists) return [cannotTell(unitState(unit)), ...links];
  const { maskedUntilBoot: _, ...lasting } = present;
  const enabled = wanted.masked ? 'no' : present.enabled === 'always' ? 'always' : (wanted.enabled ?? present.enabled);
  return [
    ...links,
    willBe(unitState(unit), {
      ...lasting,
      masked: wanted.masked,
      running: wanted.running,
      enabled,
      outdated: false,
    }),
  ];
}

async function systemctl(host: Writer, words: readonly string[]): Promise<void> {
  const argv = ['systemctl', ...words];
  expectSuccess(argv, await host.run(argv));
}

/** Starts, stops …; when that fails, the failure holds what systemd and the unit's journal have to say, from the same round trip. */
async function act(
  host: Writer,
  unit: string,
  state: 'started' | 'stopped' | 'restarted' | 'reloaded',
  noBlock: boolean,
): Promise<void> {
  const verb = { started: 'start', stopped: 'stop', restarted: 'restart', reloaded: 'reload-or-restart' }[state];
  const words = ['systemctl', ...(noBlock ? ['--no-block'] : []), verb, unit];
  const alive =
    state === 'stopped' || noBlock
      ? ''
      : sh`; [ "$code" -ne 0 ] || { [ "$(systemctl show -p ActiveState --value -- ${unit})" != failed ] || code=200; }`;
  const out = await host.shell(
    `${sh`${words}; code=$?`}${alive}; [ "$code" -eq 0 ] || { ${sh`systemctl status --no-pager --full --lines=0 -- ${unit}; echo; journalctl --no-pager --quiet -n 20 -u ${unit}; } >&2 2>&1; exit "$code"`}`,
  );
  if (out.code === 0) return;
  const how = out.code === 200 ? `${unit} failed right after its ${verb}` : `${unit} could not be ${state}`;
  throw new TaskFailure(how, {
    command: words.join(' '),
    output: out,
    hint: `its status and the end of its journal are shown above; \`journalctl -u ${unit}\` has all of it`,
  });
}
