import { expect } from 'chai';
import { trace } from './trace.ts';

// What happens in a playbook stands in test/conformance/.
describe('the recap', () => {
  it('counts as Ansible does: a changed task is ok as well, an ignored failure too', async () => {
    const { recap } = await trace({
      playbook: `- hosts: a
  tasks:
    - { copy: { content: x, dest: DIR/f } }
    - { command: "false", ignore_errors: true }
    - { debug: { msg: x }, when: false }
`,
    });
    expect(recap.hosts['a']).to.deep.equal({
      ok: 2,
      changed: 1,
      skipped: 1,
      failed: 0,
      unreachable: 0,
      rescued: 0,
      ignored: 1,
      unknown: 0,
    });
  });
});
