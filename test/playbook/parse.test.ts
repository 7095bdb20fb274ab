import { readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { expect } from 'chai';
import type { Template } from '../../engine/expressions/types.ts';
import { answers, tasksIn } from '../../engine/playbook/handlers.ts';
import { lintPlaybook } from '../../engine/playbook/lint/lint.ts';
import { loadPlaybook } from '../../engine/playbook/parse.ts';
import type { Play, Playbook, Task } from '../../engine/playbook/types.ts';
import { Diagnostics, formatDiagnostic } from '../../engine/source/diagnostic.ts';
import { modules } from '../fixtures/playbook/modules.ts';
import { outline } from './outline.ts';

const folder = 'test/fixtures/playbook/site';
const constant = (template: Template | undefined): unknown =>
  template?.evaluate({ lookup: () => undefined, names: () => [] });

const paths = (task: Task): readonly string[] => task.searchPath.map((path) => relative(folder, path));

describe('a playbook', () => {
  let playbook: Playbook;
  let play: Play;
  let tasks: readonly Task[];

  const answering = (name: string): readonly string[] =>
    play.handlers.filter((h) => answers(h, name)).map((h) => h.name);

  before(async () => {
    const diagnostics = new Diagnostics();
    playbook = await loadPlaybook(`${folder}/site.yml`, modules, diagnostics);
    const inventory = {
      hosts: new Set<string>(),
      groups: new Set(['web']),
      variables: new Set<string>(),
      variablesOf: () => new Set<string>(),
    };
    lintPlaybook(playbook, { inventory, extra: new Set(), facts: { os: 'any' }, become: true }, diagnostics);
    expect(diagnostics.all.map((d) => formatDiagnostic(d))).to.deep.equal([]);
    play = playbook.plays[0]!;
    tasks = play.sections.flatMap(tasksIn);
  });

  it('has its roles and imports unfolded, and each entry what it inherits', () => {
    const expected = readFileSync(`${folder}/outline.txt`, 'utf8').trimEnd().split('\n');
    expect(playbook.plays.flatMap(outline)).to.deep.equal(expected);
  });

  it('keeps what a play says', () => {
    const { gatherFacts, serial, order, strategy, maxFailPercentage, settings, tags } = play;
    const [facts, failures] = [constant(gatherFacts), constant(maxFailPercentage)];
    expect({
      facts,
      serial: serial.map(constant),
      order,
      strategy,
      failures,
      fatal: constant(settings.anyErrorsFatal),
      tags,
    }).to.deep.equal({
      facts: true,
      serial: [1, '25%'],
      order: 'sorted',
      strategy: 'linear',
      failures: 30,
      fatal: undefined,
      tags: ['site'],
    });
  });

  it('keeps what a task says', () => {
    const task = tasks.find((t) => t.module.name === 'systemd')!;
    expect(task.loop).to.include({ variable: 'server', indexVariable: 'i', extended: false });
    expect([constant(task.settings.retries), constant(task.settings.delaySeconds)]).to.deep.equal([2, undefined]);
    expect([constant(task.settings.noLog), constant(task.settings.delegateTo)]).to.deep.equal([true, 'localhost']);
    expect(task.settings.environment.map(constant)).to.have.length(1);
    expect(constant(task.settings.moduleDefaults.get('copy')?.get('mode'))).to.equal('0600');
  });

  it('looks for files in the role, beside the task file, then beside the playbook', () => {
    expect(paths(tasks.find((t) => t.module.name === 'template')!)).to.deep.equal(['roles/web', 'roles/web/tasks', '']);
    expect(paths(tasks.find((t) => t.module.name === 'copy')!)).to.deep.equal(['more', '']);
  });

  it('counts the variables of a template file among those of its task', () => {
    const task = tasks.find((t) => t.module.name === 'template')!;
    expect(
      task.args.get('src')?.references.map((r) => `${basename(r.place.file)}:${r.place.line} ${r.path.join('.')}`),
    ).to.deep.equal(['site.conf:1 site_name', 'site.conf:2 site_port']);
  });

  it('has handlers that answer to their name, their topics and with their role', () => {
    expect(['restart', 'again', 'web : reload web', 'reload web', 'base : reload web'].map(answering)).to.deep.equal([
      ['restart'],
      ['restart'],
      ['reload web'],
      ['reload web'],
      [],
    ]);
  });

  it('several playbooks are the plays of each in turn', async () => {
    const both = await loadPlaybook(
      [`${folder}/more/second.yml`, `${folder}/more/second.yml`],
      modules,
      new Diagnostics(),
    );
    expect(both.plays.map((p) => p.name)).to.deep.equal(['all', 'all']);
  });
});
