import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Event, PendingHandler } from '../../../engine/run/events/event.ts';
import { tryRecord } from '../../../engine/source/process.ts';
import { type Files, layOut } from '../lay-out.ts';
import type { Traced } from '../trace.ts';

const playbook = (tasks: string, more = ''): string => `- name: p
  hosts: all
  gather_facts: false
${more}  tasks:
    - { name: change, copy: { content: x, dest: "DIR/{{ inventory_hostname }}" }, notify: restart }
${tasks}  handlers:
    - { name: restart, shell: "echo {{ inventory_hostname }} >> DIR/restarted" }
`;
const failing = playbook(`    - { name: breaks, fail: {}, when: "inventory_hostname == 'b' && go != 'on'" }\n`);

describe('the journal of handlers', () => {
  let traceIn: typeof import('../trace.ts').traceIn;
  let folder: string;

  // mocha loads tests with require(): what the engine imports while it runs would be other modules with other error classes.
  before(async () => {
    ({ traceIn } = await import('../trace.ts'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const at = (name: string): string => join(folder, name);
  const layDown = (files: Files): void => {
    folder = layOut(files);
  };
  const go = (extra: Record<string, unknown> = {}, given: object = {}, watching: object = {}): Promise<Traced> =>
    traceIn(folder, { extra: { go: 'off', ...extra }, ...given }, { journal: at('state/journal') }, watching);
  const journals = (): string[] =>
    existsSync(at('state/journal'))
      ? readdirSync(at('state/journal'), { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'))
      : [];
  const pendingOf = ({ events }: Traced): readonly PendingHandler[] =>
    events.flatMap((e) => (e.event === 'recap' ? (e.pending ?? []) : []));
  const handled = ({ lines }: Traced): string[] => lines.filter((line) => line.includes('(handler)'));
  const warnings = ({ events }: Traced): string[] => events.flatMap((e) => (e.event === 'warning' ? e.message : []));

  it('keeps what a host that failed has not run, and the next run runs it there', async () => {
    layDown({ playbook: failing });
    const first = await go();
    expect(first.exit).to.equal(2);
    expect(pendingOf(first)).to.deep.equal([{ play: 'p', handler: 'restart', hosts: ['b'] }]);
    expect(journals()).to.have.length(1);
    const second = await go({ go: 'on' });
    expect(warnings(second)).to.deep.equal([
      "b: the handler 'restart' of the play 'p' is pending from an earlier run: it runs in this one",
    ]);
    expect(pendingOf(second)).to.deep.equal([]);
    expect(handled(second)).to.deep.equal(['b changed restart (handler)']);
    expect(readFileSync(at('restarted'), 'utf8').trim().split('\n').toSorted()).to.deep.equal(['a', 'b', 'c']);
    expect(journals()).to.deep.equal([]);
    expect((await go({ go: 'on' })).lines.filter((line) => line.includes('handler'))).to.deep.equal([]);
  });

  it('holds names only, and is for its owner', async () => {
    layDown({ playbook: failing });
    await go({ password: 'correct horse' });
    const [name] = journals();
    const path = at(`state/journal/${name}`);
    expect((statSync(path).mode & 0o777).toString(8)).to.equal('600');
    expect((statSync(at('state/journal')).mode & 0o777).toString(8)).to.equal('700');
    expect(JSON.parse(readFileSync(path, 'utf8'))).to.deep.equal({
      playbooks: [at('site.yml')],
      inventories: [at('hosts.yml')],
      pending: [{ play: 'p', nth: 1, handler: 'restart', host: 'b', section: 1, by: [{ task: 'change', tags: [] }] }],
    });
  });

  it('foresees in check mode what it will run, and stays as it is', async () => {
    layDown({ playbook: failing });
    await go();
    const check = await go({ go: 'on' }, { options: { check: true } });
    expect(check.lines.filter((line) => line.includes('handler'))).to.deep.equal(['b changed restart (handler)']);
    expect(journals()).to.have.length(1);
  });

  it('keeps a handler that failed, and one that waits behind an interruption', async () => {
    layDown({ playbook: playbook('').replace('"echo', '"[ -e DIR/ready ] && echo') });
    expect((await go()).exit).to.equal(2);
    const interrupt = new AbortController();
    const watch = ({ event }: { event: string }) => event === 'result' && interrupt.abort();
    expect((await go({}, {}, { watch, signal: interrupt.signal })).exit).to.equal(130);
    writeFileSync(at('ready'), '');
    const last = await go();
    expect(last.lines.filter((line) => line.includes('handler'))).to.have.length(3);
    expect(journals()).to.deep.equal([]);
  });

  it('is written as soon as a handler waits: a run may die at any time', async () => {
    layDown({ playbook: playbook('    - { name: next, command: "true" }\n') });
    const seen: string[] = [];
    const watch = (event: Event): void => {
      const [name] = journals();
      if (event.event === 'result' && event.task === 'next' && name !== undefined)
        seen.push(readFileSync(at(`state/journal/${name}`), 'utf8'));
    };
    await go({}, { limit: 'a' }, { watch });
    expect(JSON.parse(seen[0]!)).to.have.nested.property('pending[0].handler', 'restart');
    expect(journals()).to.deep.equal([]);
  });

  it('leaves what other hosts have to run to a run that reaches them', async () => {
    layDown({ playbook: failing });
    await go();
    expect(pendingOf(await go({ go: 'on' }, { limit: 'a' }))).to.deep.equal([
      { play: 'p', handler: 'restart', hosts: ['b'] },
    ]);
    expect(journals()).to.have.length(1);
    expect((await go({ go: 'on' }, { limit: 'b' })).lines).to.include('b changed restart (handler)');
    expect(journals()).to.deep.equal([]);
  });

  for (const [gone, change, why] of [
    ['handler', ['restart', 'reload'], 'the play no longer has this handler'],
    ['play', ['name: p', 'name: q'], 'the playbook no longer has this play'],
  ] as const)
    it(`tells and drops what can no longer run: its ${gone} is gone`, async () => {
      layDown({ playbook: failing });
      await go();
      writeFileSync(at('site.yml'), readFileSync(at('site.yml'), 'utf8').replaceAll(change[0], change[1]));
      const next = await go({ go: 'on' });
      expect(warnings(next)).to.deep.equal([
        `b: the handler 'restart' of the play 'p' is pending from an earlier run, and dropped: ${why}`,
      ]);
      expect(journals()).to.deep.equal([]);
    });

  it('drops what a host has to run that is gone', async () => {
    layDown({ playbook: failing });
    await go();
    writeFileSync(at('hosts.yml'), 'all: { vars: { ansible_connection: local }, hosts: { a: {} } }\n');
    expect(warnings(await go({ go: 'on' }))[0]).to.contain('the inventory no longer has this host');
    expect(journals()).to.deep.equal([]);
  });

  it('forgets what the play was ended before', async () => {
    layDown({ playbook: playbook('    - meta: end_play\n') });
    expect((await go()).lines.filter((line) => line.includes('handler'))).to.deep.equal([]);
    expect(journals()).to.deep.equal([]);
  });

  it('says when it cannot be read, and begins anew', async () => {
    layDown({ playbook: failing });
    await go();
    const [name] = journals();
    writeFileSync(at(`state/journal/${name}`), '{"pending": 1');
    expect(warnings(await go({ go: 'on' }))[0]).to.match(/is damaged and was ignored: .*\.damaged$/);
    expect(warnings(await go({ go: 'on' }))).to.deep.equal([]);
  });

  const inSections = (
    sections: string,
    handler = 'shell: "grep -q good DIR/setting && echo {{ inventory_hostname }} >> DIR/restarted"',
  ): string =>
    `- name: p\n  hosts: a\n  gather_facts: false\n${sections}  handlers:\n    - { name: restart, ${handler} }\n`;
  const setting = '{ name: setting, copy: { content: "{{ go }}\\n", dest: DIR/setting }, notify: restart }';
  const look = '{ name: look, command: "true", tags: [look], changed_when: false }';

  // Each: what notifies fails at first ('bad') and is mended ('good'); the second run must converge, the third change nothing.
  for (const [where, sections] of [
    ['tasks', `  tasks:\n    - ${setting}\n`],
    ['pre_tasks', `  pre_tasks:\n    - ${setting}\n  tasks:\n    - ${look}\n`],
    ['post_tasks', `  tasks:\n    - ${look}\n  post_tasks:\n    - ${setting}\n`],
    ['a block', `  tasks:\n    - block:\n        - ${setting}\n`],
    ['tasks before a flush', `  tasks:\n    - ${setting}\n    - meta: flush_handlers\n    - ${look}\n`],
  ] as const)
    it(`run after the tasks, which may mend what they failed on: notified in ${where}`, async () => {
      layDown({ playbook: inSections(sections) });
      expect((await go({ go: 'bad' })).exit).to.equal(2);
      const second = await go({ go: 'good' });
      expect([second.exit, handled(second)]).to.deep.equal([0, ['a changed restart (handler)']]);
      const third = await go({ go: 'good' });
      expect([third.exit, handled(third), warnings(third)]).to.deep.equal([0, [], []]);
      expect(journals()).to.deep.equal([]);
    });

  it('run when the task comes by that notified them, before what needs them', async () => {
    const needs = '{ name: needs, command: "test -e DIR/restarted" }';
    layDown({ playbook: inSections(`  tasks:\n    - ${setting}\n    - meta: flush_handlers\n    - ${needs}\n`) });
    const interrupt = new AbortController();
    const watch = ({ event }: { event: string }) => event === 'result' && interrupt.abort();
    expect((await go({ go: 'good' }, {}, { watch, signal: interrupt.signal })).exit).to.equal(130);
    const second = await go({ go: 'good' });
    expect([second.exit, second.lines]).to.deep.equal([
      0,
      ['a ok setting', 'a changed restart (handler)', 'a changed needs'],
    ]);
  });

  it('run only where the run includes their play and their tags', async () => {
    const two = inSections(`  tasks:\n    - ${setting.replace(', notify', ', tags: [db], notify')}\n    - ${look}\n`);
    layDown({
      playbook: `${two}- name: other\n  hosts: a\n  gather_facts: false\n  tasks: [{ name: last, command: "true" }]\n`,
    });
    expect((await go({ go: 'bad' })).exit).to.equal(2);
    const still = [{ play: 'p', handler: 'restart', hosts: ['a'] }];
    for (const options of [{ tags: ['look'] }, { skipTags: ['db'] }, { startAt: 'last' }]) {
      const unrelated = await go({ go: 'good' }, { options });
      expect([unrelated.exit, handled(unrelated), warnings(unrelated), pendingOf(unrelated)]).to.deep.equal([
        0,
        [],
        [],
        still,
      ]);
    }
    writeFileSync(at('setting'), 'good\n');
    const related = await go({ go: 'good' }, { options: { tags: ['db'] } });
    expect([handled(related), pendingOf(related)]).to.deep.equal([['a changed restart (handler)'], []]);
  });

  for (const [how, handler] of [
    ['by a block around its include', 'include_tasks: gentle.yml'],
    ['by ignore_errors', 'command: /bin/false, ignore_errors: true'],
  ] as const)
    it(`have run where their failure was rescued ${how}`, async () => {
      const gentle =
        '- block: [{ name: reload, command: /bin/false }]\n  rescue: [{ name: instead, command: "true" }]\n';
      layDown({ playbook: inSections(`  tasks:\n    - ${setting}\n`, handler), files: { 'gentle.yml': gentle } });
      expect(pendingOf(await go({ go: 'good' }))).to.deep.equal([]);
      expect((await go({ go: 'good' })).lines).to.deep.equal(['a ok setting']);
    });

  it('have run where a rescue around the flush took over', async () => {
    const block = `    - block:\n        - ${setting}\n        - meta: flush_handlers\n      rescue: [{ name: instead, command: "true" }]\n`;
    layDown({ playbook: inSections(`  tasks:\n${block}`, 'command: /bin/false') });
    expect(pendingOf(await go({ go: 'good' }))).to.deep.equal([]);
    expect((await go({ go: 'good' })).lines).to.deep.equal(['a ok setting']);
  });

  it('of plays with the same name are kept apart', async () => {
    const one = (file: string): string =>
      inSections(
        `  tasks:\n    - ${setting.replace('DIR/setting', `DIR/${file}`)}\n`,
        `shell: "echo ${file} >> DIR/restarted && grep -q good DIR/${file}"`,
      );
    layDown({ playbook: `${one('first')}${one('second')}` });
    await go({ go: 'bad' });
    rmSync(at('restarted'));
    writeFileSync(at('first'), 'good\n');
    expect((await go({ go: 'good' })).exit).to.equal(0);
    expect(readFileSync(at('restarted'), 'utf8')).to.equal('first\nsecond\n');
  });

  it('of two runs at once are not lost, nor run by the other', async () => {
    layDown({ playbook: playbook('    - { name: breaks, fail: {} }\n') });
    let inner: Traced | undefined;
    const begun: Promise<Traced>[] = [];
    const watch = (event: Event): void => {
      if (event.event === 'result' && event.task === 'change' && begun.length === 0) begun.push(go({}, { limit: 'b' }));
    };
    const ready = async (): Promise<void> => {
      inner ??= await begun[0]; // the other run begins and ends while this one is in progress
    };
    const outer = await traceIn(
      folder,
      { extra: { go: 'off' }, limit: 'a' },
      { journal: at('state/journal'), ready },
      { watch },
    );
    expect([handled(inner!), handled(outer)]).to.deep.equal([[], []]);
    expect([pendingOf(inner!)[0]?.hosts, pendingOf(outer)[0]?.hosts]).to.deep.equal([['b'], ['a']]);
    expect(pendingOf(await go({}, { limit: 'c' }))[0]?.hosts.toSorted()).to.deep.equal(['a', 'b', 'c']);
  });

  it('of a run that died are taken over, those of one in progress are not', async () => {
    layDown({ playbook: failing });
    await go();
    const left = at(`state/journal/${journals()[0]}`);
    const { pid, start, boot } = tryRecord(process.ppid)!;
    const living = join(left, `../run,${pid},${start},${boot},x.json`);
    renameSync(left, living);
    const [, beside] = [await go({ go: 'on' }), await go({ go: 'on' })];
    expect(handled(beside)).to.deep.equal([]);
    expect(warnings(beside)).to.deep.equal([
      `another run of this playbook on this inventory is in progress (process ${pid}): the handlers it has notified are left to it`,
    ]);
    renameSync(living, living.replace(start, `${start}0`)); // another process, long ago
    expect(handled(await go({ go: 'on' }))).to.deep.equal(['b changed restart (handler)']);
  });

  describe('of a change whose result never becomes known', () => {
    /** The change happens, and then something else does. */
    const changing = async (then: () => void): Promise<Traced> => {
      const { modules } = await import('../../../modules/index.ts');
      const copy = modules.find(({ name }) => name === 'copy')!;
      const change: typeof copy.change = async (...given) => {
        const changed = await copy.change!(...given);
        then();
        return changed;
      };
      const all = new Map(modules.map((module) => [module.name, module])).set('copy', { ...copy, change });
      return traceIn(folder, { extra: { go: 'on' }, limit: 'b' }, { journal: at('state/journal'), modules: all });
    };
    const kept = [{ play: 'p', nth: 1, handler: 'restart', host: 'b', section: 1, by: [{ task: 'change', tags: [] }] }];

    it('run in the next run, when the connection was lost after it', async () => {
      const { Unreachable } = await import('../../../engine/transport/types.ts');
      layDown({ playbook: failing });
      const first = await changing(() => {
        throw new Unreachable('the connection was lost');
      });
      expect(first.lines).to.include('b unreachable change');
      expect(pendingOf(first)).to.deep.equal([{ play: 'p', handler: 'restart', hosts: ['b'] }]);
      const second = await go({ go: 'on' }, { limit: 'b' });
      expect(second.lines).to.deep.equal(['b ok change', 'b skipped breaks', 'b changed restart (handler)']);
      expect(journals()).to.deep.equal([]);
    });

    it('are kept before it begins: the run may die before it ends', async () => {
      layDown({ playbook: failing });
      const written: unknown[] = [];
      const ran = await changing(() => {
        written.push(
          ...journals().map((name) => JSON.parse(readFileSync(at(`state/journal/${name}`), 'utf8')).pending),
        );
      });
      expect(written).to.deep.equal([kept]);
      expect(handled(ran)).to.deep.equal(['b changed restart (handler)']);
      expect(journals()).to.deep.equal([]);
    });

    it('are forgotten when it fails: nothing was notified', async () => {
      const { TaskFailure } = await import('../../../engine/module/failure.ts');
      layDown({ playbook: failing });
      const ran = await changing(() => {
        throw new TaskFailure('it fails');
      });
      expect([ran.exit, pendingOf(ran), journals()]).to.deep.equal([2, [], []]);
    });
  });

  it('can be forgotten', async () => {
    layDown({ playbook: failing });
    await go();
    const forgetting = await go({ go: 'on' }, { options: { forgetHandlers: true } });
    expect([handled(forgetting), pendingOf(forgetting)]).to.deep.equal([[], []]);
    expect(warnings(forgetting)).to.deep.equal([
      "b: the handler 'restart' of the play 'p' was pending, and is forgotten",
    ]);
    expect(journals()).to.deep.equal([]);
  });
});
