import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Event } from '../../../engine/run/events/event.ts';
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
  const journals = (): string[] => (existsSync(at('state/journal')) ? readdirSync(at('state/journal')) : []);
  const warnings = ({ events }: Traced): string[] => events.flatMap((e) => (e.event === 'warning' ? e.message : []));

  it('keeps what a host that failed has not run, and the next run runs it there', async () => {
    layDown({ playbook: failing });
    const first = await go();
    expect(first.exit).to.equal(2);
    expect(warnings(first)).to.deep.equal([
      "b: the handler 'restart' of the play 'p' has not run: the next run of this playbook notifies it again",
    ]);
    expect(journals()).to.have.length(1);
    const second = await go({ go: 'on' });
    expect(warnings(second)).to.deep.equal([
      "b: the handler 'restart' of the play 'p' is pending from an earlier run: notified again",
    ]);
    expect(second.lines.filter((line) => line.includes('handler'))).to.deep.equal(['b changed restart (handler)']);
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
      pending: [{ play: 'p', handler: 'restart', host: 'b' }],
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
    expect(warnings(await go({ go: 'on' }, { limit: 'a' }))).to.have.length(1);
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
    expect(warnings(await go({ go: 'on' }))[0]).to.contain('is damaged and was ignored');
  });
});
