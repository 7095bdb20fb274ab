import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { trace } from './run/trace.ts';

/** Where the time of day itself is meant, not how long something takes. */
const meant = [
  'engine/cli/commands/plan.ts',
  'engine/facts/facts.ts',
  'engine/run/task/detached.ts', // part of a job's ID
  'engine/source/read-once.ts', // compared with the times of files
  'modules/kubernetes/health/read.ts', // compared with the clocks of hosts
  'modules/kubernetes/kubernetes_connections.ts', // compared with the times of pods
  'modules/kubernetes/kubernetes_health.ts', // compared with the ends of certificates
];

describe('a clock that is set during a run', () => {
  const now = Date.now;
  afterEach(() => {
    Date.now = now;
  });

  it('is not what durations are measured by', () => {
    const found = ['engine', 'modules']
      .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
      .filter((path) => path.endsWith('.ts') && !path.startsWith('engine/lab/'))
      .filter((path) => /\bDate\.now\(|new Date\(\)/.test(readFileSync(path, 'utf8')));
    expect(found.toSorted()).to.deep.equal(meant);
  });

  it('ends no wait early', async () => {
    let calls = 0;
    Date.now = () => now() + calls++ * 86_400_000; // a day at each look
    const { lines } = await trace({
      playbook: `- hosts: a
  gather_facts: false
  tasks:
    - { name: later, shell: sleep 0.3; touch DIR/there, async: 20, poll: 0 }
    - { name: there, wait_for: { path: DIR/there, timeout: 10, sleep: 0.1 } }
    - { name: waited for, command: sleep 0.3, async: 10, poll: 1 }
`,
      limit: 'a',
    });
    expect(lines).to.deep.equal(['a changed later', 'a ok there', 'a changed waited for']);
  });
});
