import { expectSuccess } from '../../engine/module/failure.ts';
import { type Difference, defineModule } from '../../engine/module/module.ts';
import { type Prediction, willBe } from '../../engine/module/probe.ts';
import { fileText } from '../files/text.ts';
import { applyConfigFile, configFile, textOf } from './config-file.ts';
import { activeSwaps, swapUnits } from './kernel.ts';
import { unitState } from './unit.ts';

export const swap = defineModule({
  name: 'swap',
  summary: 'Disables swap, now and at boot.',
  subject: 'system',
  args: {
    type: 'object',
    description:
      "Turns swap off, comments out its lines in /etc/fstab, and masks its units and swap.target: without the masks, systemd's units would turn it on again.",
    properties: { state: { enum: ['absent'], default: 'absent', description: 'The only state.' } },
    additionalProperties: false,
  },
  examples: [
    `- name: the kubelet wants no swap
  swap:
    state: absent`,
    `- name: no swap where there is little memory to spare
  swap: {}
  when: facts.memory_mb < 4096`,
  ],
  async check(_args, host) {
    const [active, units, target, fstab] = await Promise.all([
      host.read(activeSwaps()),
      host.read(swapUnits()),
      host.read(unitState('swap.target')),
      host.read(fileText('/etc/fstab')),
    ]);
    const config = configFile('/etc/fstab', fstab, fstab.exists ? commented(textOf('/etc/fstab', fstab)) : null);
    const differences: Difference[] = [...config.differences];
    const after: Prediction[] = [...config.after];
    if (active.length > 0) {
      differences.push({ what: 'swap', from: active.join(', '), to: null });
      after.push(willBe(activeSwaps(), []));
    }
    for (const unit of units) differences.push({ what: unit, from: 'not masked', to: 'masked' });
    if (units.length > 0 || active.length > 0) after.push(willBe(swapUnits(), []));
    if (!target.masked) {
      differences.push({ what: 'swap.target', from: 'not masked', to: 'masked' });
      after.push(willBe(unitState('swap.target'), { ...target, exists: true, masked: true, enabled: 'no' }));
    }
    const mask = [...units, ...(target.masked ? [] : ['swap.target'])];
    return { present: { active, mask, config }, differences, after };
  },
  async change(_args, { present }, host) {
    await applyConfigFile(host, present.config);
    const run = async (argv: string[], hint?: string): Promise<void> =>
      void expectSuccess(argv, await host.run(argv), hint);
    if (present.active.length > 0) await run(['swapoff', '-a'], 'is there enough free memory for what is swapped out?');
    if (present.mask.length > 0) await run(['systemctl', 'mask', ...present.mask]);
    await run(['systemctl', 'daemon-reload']);
  },
});

const marker = '# switched off by tsplay: ';

function commented(fstab: string): string {
  return fstab
    .split('\n')
    .map((line) => (/^\s*[^#\s]\S*\s+\S+\s+swap(\s|$)/.test(line) ? marker + line : line))
    .join('\n');
}
