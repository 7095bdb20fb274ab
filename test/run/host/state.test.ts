import { expect } from 'chai';
import type { Given, Traced } from '../trace.ts';

describe('what is known of a host', function () {
  this.timeout(60_000);
  let trace: (given: Given) => Promise<Traced>;

  // What the engine imports while it runs would be other modules, with other error classes, than what mocha loads.
  before(async () => {
    ({ trace } = await import('../trace.ts'));
  });

  // The change threw, and what had been read before it stayed in the cache: the copy found nothing to do.
  const thrown: Readonly<Record<string, string>> = {
    'printed too much': 'shell: "echo new > DIR/f; yes | head -c 70000000", ignore_errors: true',
    'lost its connection': 'shell: "echo new > DIR/f; kill -9 $PPID", ignore_unreachable: true',
  };
  for (const [title, task] of Object.entries(thrown))
    it(`is forgotten after a change that ${title}`, async () => {
      const { lines, results } = await trace({
        playbook: `- hosts: a
  tasks:
    - { name: before, copy: { content: old, dest: DIR/f } }
    - { name: thrown, ${task} }
    - { name: after, copy: { content: old, dest: DIR/f } }
`,
        files: { f: 'old' },
      });
      const status = task.includes('unreachable') ? 'unreachable' : 'failed';
      expect(lines).to.deep.equal(['a ok before', `a ${status} thrown (ignored)`, 'a changed after']);
      expect(results[2]!.differences.map(({ from }) => from)).to.deep.equal(['new\n']);
    });
});
