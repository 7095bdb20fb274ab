import { actions } from '../../editor/actions.ts';
import type { AnyModule } from '../../module/module.ts';
import { ModuleNames, suggestModule, withoutCollection } from '../../playbook/module-names.ts';
import { codeTerms, factTerms, helperBlocks, keywordTerms, moduleList, variableTerms } from '../../reference/lists.ts';
import { markdown } from '../../reference/markdown.ts';
import { actionPage, modulePage } from '../../reference/module-page.ts';
import { type Block, harmlessBlock, heading, type Term, terms, text } from '../../reference/page.ts';
import { wholeReference } from '../../reference/reference.ts';
import { onTerminal } from '../../reference/terminal.ts';
import { paintFor } from '../../report/style.ts';
import { suggest } from '../../source/nearest.ts';
import { command, flag } from '../command.ts';
import { builtIn, knownModules } from '../modules.ts';
import { projectOption } from '../options.ts';
import { UsageError } from '../problem.ts';

interface Options {
  readonly keywords?: boolean;
  readonly codes?: boolean;
  readonly helpers?: boolean;
  readonly facts?: boolean;
  readonly variables?: boolean;
  readonly markdown?: boolean;
  readonly playbook?: string;
}

export const row = command({
  name: 'doc',
  about: 'the reference: modules, and with an option keywords, facts and more',
  arguments: [['[name]', 'a module, or what an option lists; without it all of them', () => [...builtIn.keys()]]],
  options: {
    keywords: flag('--keywords', 'the keywords of plays, tasks, blocks and roles'),
    helpers: flag('--helpers', 'the helpers of templates and the functions of conditions'),
    facts: flag('--facts', 'what is known about a host under facts'),
    variables: flag('--variables', 'the variables that say how to reach a host'),
    codes: flag('--codes', 'the problems that a playbook can have, by code'),
    markdown: flag('--markdown', 'print Markdown; without a name the whole reference'),
    playbook: projectOption,
  },
  action: docCommand,
});

/** `tsplay doc`: the reference, from what the engine and its modules declare. Returns the exit code. */
export async function docCommand(name: string | undefined, options: Options): Promise<number> {
  const blocks = (await pageFor(name, options)).map(harmlessBlock);
  process.stdout.write(
    options.markdown
      ? markdown(blocks)
      : `${onTerminal(blocks, process.stdout.isTTY ? process.stdout.columns : 100, paintFor(process.stdout))}\n`,
  );
  return 0;
}

async function pageFor(name: string | undefined, options: Options): Promise<readonly Block[]> {
  if (options.keywords) return [terms(chosen('keyword', keywordTerms(), name))];
  if (options.codes) return [terms(chosen('code', codeTerms(), name))];
  if (options.facts) return [terms(chosen('fact', factTerms(), name))];
  if (options.variables) return [terms(chosen('variable', variableTerms(), name))];
  if (options.helpers) return named(helperBlocks(), name);
  if (options.markdown && name === undefined) return wholeReference([...builtIn.values()]);
  const modules = [...(await knownModules(options.playbook)).values()];
  if (name === undefined)
    return [
      ...moduleList(modules),
      text('\ntsplay doc NAME describes one in full; tsplay doc --help lists what else there is.'),
    ];
  return pageOf(name, modules);
}

function pageOf(name: string, modules: readonly AnyModule[]): readonly Block[] {
  const short = withoutCollection(name);
  const module = new ModuleNames(new Map(modules.map((m) => [m.name, m]))).find(name);
  if (module) return modulePage(module);
  const action = actions.find((a) => a.name === short);
  if (action) return actionPage(action);
  const keyword = keywordTerms().find((term) => term.name === short);
  if (keyword) return [heading(2, 'keyword'), terms([keyword])];
  const names = [...modules, ...actions, ...keywordTerms()].map((known) => known.name);
  throw new UsageError(`there is no module '${name}'; ${suggestModule(short, names) ?? 'tsplay doc lists all'}`);
}

/** All of them, or the one of this name. */
function chosen(what: string, all: readonly Term[], name: string | undefined): readonly Term[] {
  if (name === undefined) return all;
  const found = all.filter((term) => term.name === name || term.name === `facts.${name.replace(/\..*$/, '')}`);
  if (found.length > 0) return found;
  const hint = suggest(
    name,
    all.map((term) => term.name.replace(/^facts\./, '')),
  );
  throw new UsageError(`there is no ${what} '${name}'; ${hint ?? `tsplay doc --${what}s lists all`}`);
}

/** Of a page with lists, those terms that begin with this name. */
function named(blocks: readonly Block[], name: string | undefined): readonly Block[] {
  if (name === undefined) return blocks;
  const rows = blocks.flatMap((block) => (block.kind === 'terms' ? block.rows : []));
  const called = ({ name: usage }: Term): string =>
    /[\w#]+(?=[( ]|$)/.exec(usage.replace(/^\w+\.\??/, ''))?.[0] ?? usage;
  const found = rows.filter((term) => called(term) === name);
  if (found.length > 0) return [terms(found)];
  throw new UsageError(
    `there is no helper or function '${name}'; ${suggest(name, rows.map(called)) ?? 'tsplay doc --helpers lists all'}`,
  );
}
