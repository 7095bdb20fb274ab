import { expect } from 'chai';
import { trace } from './trace.ts';

describe('what is unknown in check mode', () => {
  it('names the task that it hangs on in the end, not the last one that could not be told either', async () => {
    const { results } = await trace({
      playbook: `- hosts: a
  tasks:
    - { name: first, command: { cmd: touch DIR/f, creates: DIR/f } }
    - { name: second, copy: { content: '{{ item }}', dest: DIR/f }, loop: [x, y] }
    - { name: third, copy: { content: z, dest: DIR/f } }
`,
      options: { check: true },
    });
    expect(results.map(({ task, status, message }) => `${task}: ${status}, ${message}`)).to.deep.equal([
      'first: changed, undefined',
      "second: unknown, unknown until 'first' has run",
      "second: unknown, unknown until 'first' has run",
      "third: unknown, unknown until 'first' has run",
    ]);
  });
});
