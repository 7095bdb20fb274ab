import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Event, InvalidInput, type Recap, type RunInput, run, validate } from '../engine/library.ts';
import { layOut } from './run/lay-out.ts';

const playbook = `
- hosts: all
  tasks:
    - copy: { content: "{{ text }}", dest: "DIR/{{ inventory_hostname }}" }
      tags: one
    - debug: { msg: two }
`;

describe('the library', () => {
  let folder: string;
  let input: RunInput & { readonly playbook: string };

  before(() => {
    folder = layOut({
      playbook,
      files: {
        'wrong.yml': '- hosts: all\n  tasks:\n    - cpoy: {}\n',
        'wait.yml': '- hosts: a\n  tasks:\n    - command: "true"\n    - fail: { msg: never reached }\n',
        'odd.yml': '- hosts: all\n  tasks:\n    - debug: { msg: a }\n      when: true\n',
      },
    });
    input = { playbook: join(folder, 'site.yml'), inventory: join(folder, 'hosts.yml'), extraVars: { text: 'new' } };
  });
  after(() => rmSync(folder, { recursive: true }));

  async function eventsOf(more: Partial<RunInput> = {}): Promise<Event[]> {
    const events: Event[] = [];
    for await (const event of run({ ...input, ...more })) events.push(event);
    return events;
  }

  const lines = (events: readonly Event[]): string[] =>
    events.flatMap((e) => (e.event === 'result' ? [`${e.host} ${e.status} ${e.task}`] : []));

  it('runs a playbook and yields what happens, the result last', async () => {
    const predicted = await eventsOf({ check: true, limit: 'a' });
    expect(lines(predicted)).to.deep.equal(['a changed copy', 'a ok debug']);
    const events = await eventsOf({ limit: 'a', detailedExitcode: true });
    expect(lines(events)).to.deep.equal(['a changed copy', 'a ok debug']);
    expect(events[0]).to.include({ event: 'run-start', check: false });
    const recap = events.at(-1) as Recap;
    expect(recap).to.include({ event: 'recap', exit: 3 });
    expect(recap.hosts['a']).to.include({ ok: 2, changed: 1 });
  });

  it('takes the options of the command', async () => {
    expect(lines(await eventsOf({ limit: 'b:c', skipTags: ['one'], forks: 1 }))).to.deep.equal([
      'b ok debug',
      'c ok debug',
    ]);
  });

  it('throws all that is wrong before a host is touched', async () => {
    const thrown = await eventsOf({ playbook: join(folder, 'wrong.yml') }).catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(InvalidInput);
    expect((thrown as InvalidInput).diagnostics.map((d) => [d.code, d.place?.line])).to.deep.equal([
      ['unknown-module', 3],
    ]);
  });

  it('ends early where its signal says so', async () => {
    const abort = new AbortController();
    const events: Event[] = [];
    for await (const event of run({ ...input, playbook: join(folder, 'wait.yml'), signal: abort.signal })) {
      events.push(event);
      if (event.event === 'task-start') abort.abort();
    }
    expect(events.at(-1)).to.include({ event: 'recap', exit: 130 });
    expect(lines(events)).not.to.include('a failed fail');
  });

  it('starts no further task while its reader has too much to read', async () => {
    const many = join(folder, 'many.yml');
    const loop = `[${Array.from({ length: 1_100 }, (_, i) => i).join(', ')}]`;
    const written = join(folder, 'written');
    writeFileSync(
      many,
      `- hosts: a\n  tasks:\n    - debug: { msg: x }\n      loop: ${loop}\n    - copy: { content: x, dest: ${written} }\n`,
    );
    let seen = 0;
    for await (const event of run({ ...input, playbook: many }))
      if (event.event === 'result' && ++seen === 1) {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        expect(existsSync(written)).to.equal(false);
      }
    expect(existsSync(written)).to.equal(true);
    expect(seen).to.equal(1_101);
  }).timeout(10_000);

  it('ends where its reader leaves', async () => {
    for await (const event of run({ ...input, playbook: join(folder, 'wait.yml') }))
      if (event.event === 'result') break;
  });

  it('validates without an inventory, and hands back what is wrong instead of throwing it', async () => {
    expect(await validate({ playbook: input.playbook, extraVars: { text: 'a' } })).to.deep.equal([]);
    const wrong = await validate({ playbook: [input.playbook, join(folder, 'wrong.yml')], extraVars: { text: 'a' } });
    expect(wrong.map(({ code }) => code)).to.deep.equal(['unknown-module']);
  });

  it('reports warnings as diagnostics, and as events of the run', async () => {
    const odd = join(folder, 'odd.yml');
    const [warning] = await validate({ ...input, playbook: odd });
    expect(warning).to.include({ severity: 'warning', code: 'constant-condition' });
    const [first] = await eventsOf({ playbook: odd });
    expect(first).to.include({ event: 'warning' });
    const strict = await validate({ ...input, playbook: odd, strict: true });
    expect(strict.map(({ severity }) => severity)).to.deep.equal(['error']);
  });
});
