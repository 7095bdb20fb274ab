import { expectSuccess, TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule } from '../../engine/module/module.ts';
import { mayAppear, type Prediction, willBe } from '../../engine/module/probe.ts';
import { type FileText, noFile } from '../files/text.ts';
import { applyConfigFile, configFile, ownText, textOf } from './config-file.ts';
import { kernelModule } from './kernel.ts';

export const modprobe = defineModule({
  name: 'modprobe',
  summary: 'Loads and unloads kernel modules, now and at boot.',
  subject: 'system',
  args: {
    type: 'object',
    description:
      'A module built into the kernel counts as loaded. persistent keeps /etc/modules-load.d/NAME.conf, and /etc/modprobe.d/NAME.conf for params.',
    properties: {
      name: { type: 'string', pattern: '^[A-Za-z0-9_-]+$', description: '`br_netfilter`.' },
      params: {
        type: 'string',
        default: '',
        description: 'Parameters for loading: `numdummies=2`. Not compared if the module is already loaded.',
      },
      state: {
        enum: ['present', 'absent'],
        default: 'present',
        description: '`present`: loaded; `absent`: not loaded.',
      },
      persistent: {
        enum: ['present', 'absent', 'disabled'],
        default: 'disabled',
        description: 'Whether the module is loaded at boot: yes, no, or unmanaged.',
      },
    },
    required: ['name'],
    additionalProperties: false,
  },
  examples: [
    `- name: bridged traffic passes iptables
  modprobe:
    name: br_netfilter
    persistent: present`,
    `- name: no floppy, not after a reboot either
  modprobe:
    name: floppy
    state: absent
    persistent: absent`,
  ],
  async check(args, host) {
    const loads = `/etc/modules-load.d/${args.name}.conf`;
    const settings = `/etc/modprobe.d/${args.name}.conf`;
    const kept = args.persistent !== 'disabled';
    const [present, loading, options] = await Promise.all([
      host.read(kernelModule(args.name)),
      kept ? host.read(ownText(loads)) : noFile,
      kept && args.params !== '' ? host.read(ownText(settings)) : noFile,
    ]);
    if (args.state === 'absent' && present === 'built-in')
      throw new TaskFailure(`the module ${args.name} is built into the kernel and cannot be unloaded`);
    const differences: Difference[] = [];
    const after: Prediction[] = [];
    const there = present !== 'absent';
    if (there !== (args.state === 'present')) {
      differences.push({ what: `module ${args.name}`, from: there ? 'loaded' : null, to: there ? null : 'loaded' });
      after.push(willBe(kernelModule(args.name), there ? 'absent' : 'loaded'));
      if (!there) after.push(mayAppear('kernel-module'));
    }
    const files = kept
      ? [
          configFile(loads, loading, withLine(loads, loading, args.name, args.persistent === 'present')),
          ...(args.params === ''
            ? []
            : [
                configFile(
                  settings,
                  options,
                  withLine(settings, options, `options ${args.name} ${args.params}`, args.persistent === 'present'),
                ),
              ]),
        ]
      : [];
    return {
      present: { files },
      differences: [...differences, ...files.flatMap((f) => f.differences)],
      after: [...after, ...files.flatMap((f) => f.after)],
    };
  },
  async change(args, { present, differences }, host) {
    for (const file of present.files) await applyConfigFile(host, file);
    if (!differences.some((d) => d.what === `module ${args.name}`)) return;
    const argv =
      args.state === 'present'
        ? ['modprobe', '--', args.name, ...args.params.split(/\s+/).filter(Boolean)]
        : ['modprobe', '-r', '--', args.name];
    expectSuccess(
      argv,
      await host.run(argv),
      args.state === 'present'
        ? 'check that this kernel has the module: `modinfo NAME` and `uname -r` on the host'
        : 'something may still use it: see lsmod',
    );
  },
});

/** The file with the line, or without it; null where nothing is left. */
function withLine(path: string, file: FileText, line: string, wanted: boolean): string | null {
  if (!file.exists) return wanted ? `${line}\n` : null;
  const lines = textOf(path, file).split('\n');
  const has = lines.some((l) => l.trim() === line);
  if (has === wanted) return file.content;
  const first = line.split(' ').slice(0, 2).join(' ');
  const others = lines.filter(
    (l) => l.trim() !== line && !(line !== first && l.trim().startsWith(`${first} `)) && l !== '',
  );
  const left = wanted ? [...others, line] : others;
  return left.length === 0 ? null : `${left.join('\n')}\n`;
}
