import { assert } from '../../modules/control/assert.ts';
import { debug } from '../../modules/control/debug.ts';
import { fail } from '../../modules/control/fail.ts';
import { pause } from '../../modules/control/pause.ts';
import { set_fact } from '../../modules/control/set_fact.ts';
import type { ModuleCase } from './case.ts';

const yes = { source: 'a == 1', holds: true };
const no = { source: 'b == 1', holds: false };
const base = { success_msg: 'all conditions hold', quiet: false };

export const cases: readonly ModuleCase[] = [
  {
    title: 'assert is content',
    module: assert,
    args: { ...base, that: [yes, yes] },
    given: {},
    message: 'all conditions hold',
  },
  {
    title: 'assert names the conditions that are not met',
    module: assert,
    args: { ...base, that: [yes, no] },
    given: {},
    fails: "condition not met: 'b == 1'",
  },
  {
    title: 'assert says what it is told to',
    module: assert,
    args: { ...base, that: no, fail_msg: 'b must be one' },
    given: {},
    fails: 'b must be one',
  },
  { title: 'fail fails', module: fail, args: { msg: 'not here' }, given: {}, fails: 'not here' },
  {
    title: 'debug shows a text',
    module: debug,
    args: { msg: 'hello', verbosity: 0 },
    given: {},
    message: 'hello',
    result: { msg: 'hello' },
  },
  {
    title: 'debug shows a value',
    module: debug,
    args: { var: { source: 'x', value: { a: 1 } }, verbosity: 0 },
    given: {},
    message: 'x: {\n  "a": 1\n}',
    result: { msg: { a: 1 } },
  },
  {
    title: 'set_fact gives variables',
    module: set_fact,
    args: { a: 1 },
    given: {},
    result: { ansible_facts: { a: 1 } },
  },
  { title: 'pause waits, though not for nothing', module: pause, args: { seconds: 0 }, given: {} },
  {
    title: 'pause does not prompt',
    module: pause,
    args: { prompt: 'sure?' },
    given: {},
    fails: 'pause needs seconds or minutes',
  },
];
