import { TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule } from '../../engine/module/module.ts';
import { cannotTell, type Prediction, willBe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { UnknownValue, unlessUnknown } from '../../engine/module/unknown.ts';
import { applyConfigFile, configFile, ownText, textOf } from './config-file.ts';
import { inDecimal, normalise, sysctlName, sysctlPath, sysctlValue, sysctlWritable } from './kernel.ts';

const setting = { type: ['string', 'integer'], format: 'line' } as const;
const settingName = { format: 'word', pattern: '^[^#;=][^=]*$' } as const;

export const sysctl = defineModule({
  name: 'sysctl',
  summary: 'Sets kernel parameters, now and at boot.',
  subject: 'system',
  args: {
    type: 'object',
    description:
      "Other lines of the file are kept. Values are compared with the kernel's; a run of whitespace counts as one space. With absent, the line is removed and the live value is kept.",
    properties: {
      name: { type: 'string', ...settingName, description: '`net.ipv4.ip_forward`.' },
      value: { ...setting, description: 'The value of `name`.' },
      values: {
        type: 'object',
        propertyNames: settingName,
        additionalProperties: setting,
        description: 'Several settings by name, in one file.',
      },
      state: {
        enum: ['present', 'absent'],
        default: 'present',
        description: '`absent`: no longer set at boot; the running kernel keeps its value.',
      },
      sysctl_set: { type: 'boolean', default: true, description: 'Also set the live value.' },
      reload: { type: 'boolean', default: true, description: 'Like sysctl_set: false leaves the live value alone.' },
      sysctl_file: {
        type: 'string',
        format: 'path',
        pattern: '^[^\\p{Cc}\\p{Zl}\\p{Zp}]*$',
        default: '/etc/sysctl.d/99-tsplay.conf',
        description: 'Newer systems no longer read /etc/sysctl.conf.',
      },
    },
    allOf: [{ oneOf: [{ required: ['name'] }, { required: ['values'] }] }],
    additionalProperties: false,
  },
  examples: [
    `- name: what Kubernetes needs
  sysctl:
    sysctl_file: /etc/sysctl.d/99-k8s.conf
    values:
      net.ipv4.ip_forward: 1
      net.bridge.bridge-nf-call-iptables: 1
      net.bridge.bridge-nf-call-ip6tables: 1`,
    `- name: an address that is not here yet can be bound
  sysctl:
    name: net.ipv4.ip_nonlocal_bind
    value: 1`,
  ],
  lint(args) {
    const { name, value, values, state } = args;
    const keys =
      typeof values === 'object' && values !== null
        ? Object.keys(values)
        : [name].filter((one) => typeof one === 'string');
    const twice = keys.filter((one, i) => keys.some((other, j) => j < i && sysctlName(other) === sysctlName(one)));
    return [
      ...(values !== undefined && value !== undefined ? ['value requires name, not values'] : []),
      ...(name !== undefined && value === undefined && state !== 'absent'
        ? [`the value of ${keys.join()} is missing`]
        : []),
      ...keys
        .filter((one) => /\/\.{0,2}(?:\/|$)/.test(sysctlPath(one)))
        .map((one) => `${one} is not the name of a kernel setting`),
      ...twice.map((one) => `${one} is set twice, under two spellings`),
    ];
  },
  async check(args, host) {
    const wanted = new Map(
      Object.entries(args.values ?? { [args.name!]: args.value ?? '' }).map(([key, value]) => [
        key,
        normalise(String(value)),
      ]),
    );
    const live = args.state === 'present' && args.sysctl_set && args.reload ? [...wanted.keys()] : [];
    const [file, ...values] = await Promise.all([
      host.read(ownText(args.sysctl_file)),
      ...live.map((key) => unlessUnknown(host.read(sysctlValue(key)))),
    ]);
    const text = edited(file.exists ? textOf(args.sysctl_file, file) : '', wanted, args.state === 'present');
    const config = configFile(args.sysctl_file, file, text === '' && !file.exists ? null : text);
    const differences: Difference[] = [];
    const after: Prediction[] = [];
    const set: string[] = [];
    for (const [i, key] of live.entries()) {
      const value = values[i];
      const to = wanted.get(key)!;
      if (value === to || value === inDecimal(to)) continue;
      if (value === null)
        throw new TaskFailure(`the kernel has no setting ${key}`, {
          hint: 'check the spelling; if a kernel module provides it (br_netfilter: net.bridge.*), load that first (modprobe)',
        });
      if (value !== undefined && !(await host.read(sysctlWritable(key))))
        throw new TaskFailure(`the kernel setting ${key} cannot be written`, {
          hint: 'this needs root (become: true); some settings are for reading only, in a container most are',
        });
      set.push(key);
      after.push(inDecimal(to) === to ? willBe(sysctlValue(key), to) : cannotTell(sysctlValue(key)));
      if (value !== undefined) differences.push({ what: key, from: value, to });
    }
    if (values.includes(undefined) && config.differences.length + differences.length === 0)
      throw new UnknownValue('until its kernel module is loaded');
    return {
      present: { config, set, wanted },
      differences: [...config.differences, ...differences],
      after: [...config.after, ...after],
    };
  },
  async change(_args, { present }, host) {
    // The live value first: one that the kernel refuses must not come back at the next boot.
    const script = present.set.map(
      (key) =>
        sh`printf '%s\n' ${present.wanted.get(key)!} >${sysctlPath(key)} || { echo ${`cannot set ${key}`} >&2; exit 1; }`,
    );
    const out = script.length === 0 ? { code: 0, stdout: '', stderr: '' } : await host.shell(script.join('\n'));
    if (out.code !== 0)
      throw new TaskFailure(out.stderr.trim().split('\n').at(-1) ?? 'cannot set a kernel setting', {
        output: out,
        hint: 'the kernel refuses the value, or this needs root (become: true); in a container some are read-only',
      });
    await applyConfigFile(host, present.config);
  },
});

/** The file's text with each setting once, in its place, or appended; or without them. */
function edited(text: string, wanted: ReadonlyMap<string, string>, present: boolean): string {
  const left = new Map([...wanted].map(([key, value]) => [sysctlPath(key), `${key} = ${value}`]));
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const [, key, value] = /^\s*-?([^#;=\s][^=]*?)\s*=(.*)$/.exec(line) ?? [];
    const path = key === undefined ? undefined : sysctlPath(key);
    const owned = path !== undefined && [...wanted.keys()].some((k) => sysctlPath(k) === path);
    if (!owned) lines.push(line);
    else if (present && left.has(path)) {
      const name = [...wanted.keys()].find((k) => sysctlPath(k) === path)!;
      lines.push(normalise(value!) === wanted.get(name) ? line : left.get(path)!);
      left.delete(path);
    }
  }
  while (lines.at(-1) === '') lines.pop();
  if (present) lines.push(...left.values());
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
