import { expect } from 'chai';
import type { AnyModule } from '../../engine/module/module.ts';
import { type Probe, willBe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';

interface Bad {
  readonly title: string;
  readonly module: (folder: string) => Pick<AnyModule, 'check' | 'change'>;
  /** Before the bad one. */
  readonly before?: string;
  /** What check mode leaves in the folder. */
  readonly written?: readonly string[];
  readonly expected: RegExp;
}

const output = (key: string, script: string): Probe<string> => ({ key, script, parse: (out) => out.stdout.trim() });

/** What neither types nor tryModule can see: it shows on the host. */
const cases: readonly Bad[] = [
  {
    title: 'by a probe whose script writes: check mode leaves something on the host',
    module: (folder) => ({
      check: async (_args, host) => {
        await host.read(output('bad:', sh`echo x > ${`${folder}/trace`}`));
        return { present: null, differences: [] };
      },
    }),
    written: ['trace'],
    expected: /^$/,
  },
  {
    title: 'by a prediction that does not come true: the probe is named, with both values',
    module: (folder) => {
      const state = output('bad:', sh`cat ${`${folder}/state`} 2>/dev/null || true`);
      return {
        check: async (_args, host) => {
          const present = await host.read(state);
          const differences = present === '' ? [{ what: 'state', from: null, to: 'done' }] : [];
          return { present, differences, after: [willBe(state, 'done')] };
        },
        change: async (_args, _found, host) => void (await host.write(`${folder}/state`, 'otherwise', {})),
      };
    },
    expected: /'bad:' should read "done", reads "otherwise"/,
  },
  {
    title: 'by a change that has no effect: it fails, though a change was predicted',
    module: () => ({
      check: () => Promise.resolve({ present: null, differences: [{ what: 'it', from: null, to: 'done' }] }),
      change: () => Promise.resolve(),
    }),
    expected: /predicted changed; it: – → done, was failed; changed, but not as asked: it is not there/,
  },
  {
    title: 'by looking in its own way at what others change: check mode does not see that coming',
    before: '- copy: { content: x, dest: DIR/f }',
    module: (folder) => {
      const own = output('odd:', sh`if [ -e ${`${folder}/f`} ]; then echo yes; fi`);
      return {
        check: async (_args, host) => {
          const there = (await host.read(own)) === 'yes';
          return { present: null, differences: there ? [{ what: 'f', from: 'there', to: null, recurs: true }] : [] };
        },
        change: () => Promise.resolve(),
      };
    },
    expected: /bad \[.*\]: predicted ok, was changed; f: there → –/,
  },
];

describe('a module that breaks the law is caught', function () {
  this.timeout(60_000);
  let prove: typeof import('./local.ts').proveSmall;

  // mocha loads tests with require(): what the engine imports while it runs would be other modules with other error classes.
  before(async () => {
    ({ proveSmall: prove } = await import('./local.ts'));
  });

  for (const { title, module, before = '', written = [], expected } of cases)
    it(title, async () => {
      const proven = await prove({
        playbook: `- hosts: a\n  gather_facts: false\n  tasks:\n    ${before}\n    - bad: {}\n`,
        inventory: 'all: { vars: { ansible_connection: local }, hosts: { a: {} } }\n',
        modules: (folder) => [{ name: 'bad', summary: '', args: { type: 'object' }, examples: [], ...module(folder) }],
      });
      expect(proven!.written).to.deep.equal(written);
      expect(proven!.fidelity.mismatches.join('\n')).to.match(expected);
    });
});
