import { expect } from 'chai';
import { isLater } from '../../engine/playbook/fields.ts';
import { keywordsAt, type Level } from '../../engine/playbook/keywords.ts';

const words = (text: string): readonly string[] => text.split(' ').filter(Boolean);

/** How everything below a play may run. */
const base = words(
  'any_errors_fatal become become_exe become_flags become_method become_user check_mode collections connection debugger diff environment ignore_errors ignore_unreachable module_defaults name no_log port remote_user run_once tags throttle timeout vars',
);
const delegation = ['delegate_facts', 'delegate_to'];
const task = words(
  'action args async changed_when delay failed_when local_action loop loop_control notify poll register retries until when',
);

/** What ansible-core documents for each of its levels. An import takes what its tasks inherit. */
const inAnsible: Readonly<Record<Level, readonly string[]>> = {
  play: [
    ...base,
    ...words(
      'fact_path force_handlers gather_facts gather_subset gather_timeout handlers hosts max_fail_percentage order post_tasks pre_tasks roles serial strategy tasks vars_files vars_prompt',
    ),
  ],
  role: [...base, ...delegation, 'role', 'when'],
  block: [...base, ...delegation, 'always', 'block', 'notify', 'rescue', 'when'],
  task: [...base, ...delegation, ...task],
  handler: [...base, ...delegation, ...task, 'listen'],
  import: [...base, ...delegation, 'notify', 'when'],
  include: words(
    'args collections debugger ignore_errors loop loop_control name no_log register run_once tags timeout vars when',
  ),
  playbook: [...base, 'when'],
  loop_control: words('extended extended_allitems index_var label loop_var pause'),
};

/** Each has its row in test/conformance/deviations.yml. */
const refused: Readonly<Partial<Record<Level, readonly string[]>>> = {
  include: ['register', 'timeout'],
  playbook: base.filter((name) => !['name', 'tags', 'vars'].includes(name)),
  loop_control: ['extended_allitems'],
};

describe('the levels of keywords', () => {
  for (const level of Object.keys(inAnsible) as Level[])
    it(`are those of Ansible, but for what is told: ${level}`, () => {
      const expected = inAnsible[level].filter((name) => !isLater(name) && !refused[level]?.includes(name));
      expect([...keywordsAt(level)].sort()).to.deep.equal([...new Set(expected)].sort());
    });
});
