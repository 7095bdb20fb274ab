import { expectSuccess, TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule, type Reader } from '../../engine/module/module.ts';
import { mayAppear, type Prediction, willBe } from '../../engine/module/probe.ts';
import { unlessUnknown } from '../../engine/module/unknown.ts';
import type { FileText } from '../files/text.ts';
import { applyConfigFile, type ConfigFile, configFile, ownText, textOf } from './config-file.ts';
import { kernelModule, moduleSource } from './kernel.ts';

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
        format: 'line',
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
    const { name, params, state, persistent } = args;
    const kept = persistent !== 'disabled';
    const wantsGone = state === 'absent';
    const [present, loads, settings, named] = await Promise.all([
      host.read(kernelModule(name)),
      kept ? atBoot(host, '/etc/modules-load.d', name, name, persistent === 'present') : [],
      kept && params !== ''
        ? atBoot(host, '/etc/modprobe.d', name, `options ${name} ${params}`, persistent === 'present')
        : [],
      wantsGone ? unlessUnknown(host.read(moduleSource(name))) : undefined,
    ]);
    if (args.state === 'absent' && present === 'built-in')
      throw new TaskFailure(`the module ${args.name} is built into the kernel and cannot be unloaded`);
    const differences: Difference[] = [];
    const after: Prediction[] = [];
    const source = present === 'absent' && !wantsGone ? await host.read(moduleSource(name)) : named;
    if (!wantsGone && source?.kind === 'unknown')
      throw new TaskFailure(`the host's kernel has no module ${name}`, {
        hint: 'check the spelling and `uname -r` on the host; some modules come with a package of their own (linux-modules-extra)',
      });
    if (!wantsGone && source?.kind === 'instead')
      throw new TaskFailure(`the host does not load ${name}: in /etc/modprobe.d it has 'install ${source.command}'`);
    const real = source?.kind === 'loads' ? source.as : name; // the name may be an alias
    const there = present !== 'absent' || (real !== name && (await host.read(kernelModule(real))) !== 'absent');
    if (there !== (args.state === 'present')) {
      differences.push({ what: `module ${args.name}`, from: there ? 'loaded' : null, to: there ? null : 'loaded' });
      after.push(willBe(kernelModule(real), there ? 'absent' : 'loaded'));
      if (!there) after.push(mayAppear('kernel-module'));
    }
    const files = [...loads, ...settings];
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
      args.state === 'present' ? undefined : 'something may still use it: see lsmod',
    );
  },
});

/** The files that keep a line about a module: named after it, with dashes or underscores, which are the same to the kernel. */
async function atBoot(
  host: Reader,
  folder: string,
  name: string,
  line: string,
  wanted: boolean,
): Promise<readonly ConfigFile[]> {
  const spellings = [...new Set([name, name.replaceAll('-', '_'), name.replaceAll('_', '-')])];
  const found = await Promise.all(
    spellings.map(async (spelling) => {
      const path = `${folder}/${spelling}.conf`;
      const file = await host.read(ownText(path));
      return {
        path,
        file,
        has:
          file.exists &&
          textOf(path, file)
            .split('\n')
            .some((one) => sameLine(one, line)),
      };
    }),
  );
  const own = wanted ? (found.find(({ has }) => has) ?? found.slice(0, 1)) : found;
  return [own].flat().map(({ path, file }) => configFile(path, file, withLine(path, file, line, wanted)));
}

/** The name of a module is the same with dashes and with underscores. */
function sameLine(one: string, other: string): boolean {
  const words = (line: string): string[] => {
    const [first = '', second = '', ...more] = line.trim().split(/\s+/);
    return first === 'options' ? [first, underscored(second), ...more] : [underscored(first), second, ...more];
  };
  return words(one).join(' ') === words(other).join(' ');
}

const underscored = (name: string): string => name.replaceAll('-', '_');

/** The file with the line, or without it; null where nothing is left. */
function withLine(path: string, file: FileText, line: string, wanted: boolean): string | null {
  if (!file.exists) return wanted ? `${line}\n` : null;
  const lines = textOf(path, file).split('\n');
  const has = lines.some((l) => sameLine(l, line));
  if (has === wanted) return file.content;
  const first = line.split(' ').slice(0, 2).join(' ');
  const others = lines.filter(
    (l) => !sameLine(l, line) && !(line !== first && l.trim().startsWith(`${first} `)) && l !== '',
  );
  const left = wanted ? [...others, line] : others;
  return left.length === 0 ? null : `${left.join('\n')}\n`;
}
