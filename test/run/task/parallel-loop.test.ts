import { expect } from 'chai';
import type { Event } from '../../../engine/run/events/event.ts';
import { type Traced, trace } from '../trace.ts';

/** The most that was under way to host a at one time. */
function most(events: readonly Event[]): number {
  let [now, highest] = [0, 0];
  for (const event of events) {
    if (event.event === 'sent') highest = Math.max(highest, ++now);
    if (event.event === 'received') now--;
  }
  return highest;
}

const run = (task: string, lookahead?: number): Promise<Traced> =>
  trace({
    playbook: `- hosts: a\n  tasks:\n    - ${task}\n    - { shell: "cat DIR/x* 2>/dev/null; ls DIR | grep -c x", register: all }\n    - { debug: { msg: "{{ all.stdout }}" } }\n`,
    options: { trips: true, ...(lookahead !== undefined && { lookahead }) },
  });

const told = ({ lines, results }: Traced) => [
  ...lines,
  ...results.map(({ differences, message }) =>
    JSON.stringify([differences.map(({ what }) => what), message]).replaceAll(/\/\S*tsplay-test-\w+/g, 'DIR'),
  ),
];

describe('the items of a loop that have nothing to do with each other', function () {
  this.timeout(60_000);
  const fifty = Array.from({ length: 50 }, (_, i) => `x${i}`).join(', ');

  it('are written in one go', async () => {
    const ran = await run(`{ copy: { content: "{{ item }}", dest: "DIR/{{ item }}" }, loop: [${fifty}] }`);
    expect(ran.lines.filter((line) => line.startsWith('a changed copy')).length).to.equal(50);
    expect(most(ran.events)).to.be.at.least(50);
    expect(ran.results.at(-1)!.message).to.match(/x49.*\n?50/s);
  });

  // They shared what they asked for: an item that had to do without a fact which another one had taken was left for later.
  it('are written in one go where each needs facts of its own', async () => {
    const content = '"{{ item }}{{ facts.hostname }}{{ facts.memory_mb }}"';
    const ran = await run(
      `{ copy: { content: ${content}, dest: "DIR/{{ item }}" }, when: facts.cpus > 0, loop: [${fifty}] }`,
    );
    expect(ran.lines.filter((line) => line.startsWith('a changed copy')).length).to.equal(50);
    expect(most(ran.events)).to.be.at.least(50);
  });

  const cases: Readonly<Record<string, string>> = {
    'the same file twice': '{ copy: { content: "{{ item }}", dest: DIR/x }, loop: [1, 1, 2, 1] }',
    'one that is right until a later one changes it':
      '{ copy: { content: "{{ item.is }}", dest: "DIR/{{ item.at }}" }, loop: [{ is: 1, at: x }, { is: 2, at: xy }, { is: 3, at: x }] }',
    'one that fails among others':
      '{ copy: { content: "{{ item }}", dest: "DIR/{{ item }}" }, loop: [x1, x/2, x3, x4], ignore_errors: true }',
    'one that is not valid':
      '{ copy: { content: "{{ item }}", dest: "DIR/{{ item }}", validate: grep -v bad %s }, loop: [x1, xbad, x3], ignore_errors: true }',
    'facts that each needs for itself':
      '{ copy: { content: "{{ item.is }}", dest: "DIR/x{{ item.at }}" }, loop: [{ at: 1, is: a }, { at: 2, is: b }], when: "item.at == 1 ? size(facts.hostname) > 0 : facts.memory_mb > 0 && facts.cpus > 0" }',
    'one that is skipped':
      '{ copy: { content: "{{ item }}", dest: "DIR/{{ item }}" }, loop: [x1, x2, x3], when: item != "x2" }',
    'a judgement of each':
      '{ copy: { content: "{{ item }}", dest: "DIR/{{ item }}" }, loop: [x1, x2, x3], register: r, changed_when: r.size > 2, failed_when: r.dest.endsWith("3"), ignore_errors: true }',
  };
  for (const [title, task] of Object.entries(cases))
    it(`come to the same as one after the other: ${title}`, async () => {
      expect(told(await run(task))).to.deep.equal(told(await run(task, 0)));
    });
});
