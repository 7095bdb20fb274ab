import { actions } from '../../editor/actions.ts';
import type { AnyModule } from '../../module/module.ts';
import { withoutCollection } from '../../playbook/module-names.ts';
import { codeTerms, factTerms, helperBlocks, keywordTerms, moduleList, variableTerms } from '../../reference/lists.ts';
import { markdown } from '../../reference/markdown.ts';
import { actionPage, modulePage } from '../../reference/module-page.ts';
import { type Block, heading, type Term, terms, text } from '../../reference/page.ts';
import { wholeReference } from '../../reference/reference.ts';
import { onTerminal } from '../../reference/terminal.ts';
import { paintFor } from '../../report/style.ts';
import { suggest } from '../../source/nearest.ts';
import { builtIn, knownModules } from '../modules.ts';
import { UsageError } from '../problem.ts';

interface Options {
  readonly keywords?: true;
  readonly codes?: true;
  readonly helpers?: true;
  readonly facts?: true;
  readonly variables?: true;
  readonly markdown?: true;
  readonly playbook?: string;
}

/** `tsplay doc`: the reference, from what the engine and its modules declare. Returns the exit code. */
export async function docCommand(name: string | undefined, options: Options): Promise<number> {
  const blocks = await pageFor(name, options);
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
  if (options.markdown && name === undefined) return wholeReference(builtIn);
  const modules = await knownModules(options.playbook);
  if (name === undefined)
    return [...moduleList(modules), text('\ntsplay doc NAME tells all of one; tsplay doc --help what else there is.')];
  return pageOf(name, modules);
}

function pageOf(name: string, modules: readonly AnyModule[]): readonly Block[] {
  const short = withoutCollection(name);
  const module = modules.find((m) => m.name === short);
  if (module) return modulePage(module);
  const action = actions.find((a) => a.name === short);
  if (action) return actionPage(action);
  const keyword = keywordTerms().find((term) => term.name === short);
  if (keyword) return [heading(2, 'keyword'), terms([keyword])];
  const names = [...modules, ...actions, ...keywordTerms()].map((known) => known.name);
  throw new UsageError(`there is no module '${name}'; ${suggest(short, names) ?? 'tsplay doc lists all'}`);
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
  const found = rows.filter((row) => called(row) === name);
  if (found.length > 0) return [terms(found)];
  throw new UsageError(
    `there is no helper or function '${name}'; ${suggest(name, rows.map(called)) ?? 'tsplay doc --helpers lists all'}`,
  );
}
