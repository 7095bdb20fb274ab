import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AnyModule } from '../../../engine/module/module.ts';
import { prepare, type RunRequest } from '../../../engine/run/prepare.ts';
import { execute } from '../../../engine/run/run.ts';
import { layOut } from '../lay-out.ts';

describe('a task with throttle', () => {
  // The limit belonged to the task, in all runs of one process: the second run waited for the first.
  it('limits only its own run', async () => {
    const begun: string[] = [];
    let bothBegun = (): void => {};
    const both = new Promise<void>((resolve) => (bothBegun = resolve));
    const meets: AnyModule = {
      name: 'meets',
      summary: 'Its check ends when it has begun in both runs.',
      args: { type: 'object', properties: {} },
      examples: [],
      async check() {
        if (begun.push('one') === 2) bothBegun();
        await both;
        return { present: null, differences: [] };
      },
    };
    const folder = layOut({ playbook: '- { hosts: a, tasks: [{ meets: {}, throttle: 1 }] }\n' });
    const request: RunRequest = {
      playbooks: [join(folder, 'site.yml')],
      inventories: [join(folder, 'hosts.yml')],
      extra: new Map(),
      modules: new Map([['meets', meets]]),
      options: {
        check: false,
        forks: 10,
        forceHandlers: false,
        tags: [],
        skipTags: [],
        become: false,
        timeoutSeconds: 10,
        lookahead: 0,
      },
    };
    try {
      const prepared = await prepare(request);
      const { signal } = new AbortController();
      const runs = [1, 2].map(() => execute(prepared, request, 'test', () => {}, signal));
      expect(await Promise.all(runs)).to.deep.equal([0, 0]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
