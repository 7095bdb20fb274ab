import { lineOf, writtenValue } from '../inventory/listing.ts';
import { selectHosts } from '../inventory/select.ts';
import type { Host, Inventory } from '../inventory/types.ts';
import { magicNames } from '../playbook/magic.ts';
import { loadPlaybook } from '../playbook/parse.ts';
import type { Play, VariableLayer } from '../playbook/types.ts';
import { entriesOf, handlersOf } from '../playbook/walk.ts';
import { Diagnostics, InvalidInput } from '../source/diagnostic.ts';
import { suggest } from '../source/nearest.ts';
import type { SourceNode } from '../source/node.ts';
import { formatPlace, type Place, shownPath } from '../source/place.ts';
import type { Vault } from '../vault/vault.ts';
import { knownModules, rolesPath } from './modules.ts';
import { UsageError } from './problem.ts';

/** The question: where does a host get the value of a variable from? */
export interface Question {
  readonly variable: string;
  readonly host: Host;
  readonly inventory: Inventory;
  readonly extra: ReadonlyMap<string, unknown>;
  readonly vault: Vault;
}

/** One place that sets the variable. */
interface Level {
  readonly origin: string;
  readonly place?: Place;
  readonly value: unknown;
  /** Set only in some tasks of the play, where it takes precedence. */
  readonly inTasks?: true;
}

interface Answer {
  /** Undefined for the inventory alone. */
  readonly play?: Play;
  /** Lowest precedence first. */
  readonly levels: readonly Level[];
}

/** Each level that sets a variable for a host, lowest precedence first, with the winner marked; per play if there is a playbook. */
export async function explain(question: Question, playbook: string | undefined, asJson: boolean): Promise<string> {
  const { variable, host, vault } = question;
  if (magicNames.includes(variable)) throw new UsageError(`'${variable}' is set by tsplay itself, the same everywhere`);
  const plays = playbook === undefined ? [undefined] : await playsOf(playbook, question);
  const answers = plays.map((play): Answer => ({ ...(play && { play }), levels: levelsOf(question, play) }));
  if (answers.every(({ levels }) => levels.length === 0)) {
    const known = [...host.settings.map(({ name }) => name), ...question.extra.keys()];
    const hint = suggest(variable, known);
    const where = playbook === undefined ? 'the inventory' : `the inventory or ${shownPath(playbook)}`;
    throw new UsageError(`nothing in ${where} sets '${variable}' for ${host.name}${hint ? `; ${hint}` : ''}`);
  }
  const shown = answers.map((answer) => ({ ...answer, levels: vault.secrets.value(answer.levels) }));
  return asJson ? json(question, shown) : human(question, shown);
}

/** The plays that include the host. Other problems of the playbook are ignored. */
async function playsOf(file: string, { host, inventory, extra, vault }: Question): Promise<readonly Play[]> {
  const diagnostics = new Diagnostics();
  const playbook = await loadPlaybook(
    [file],
    await knownModules(file),
    diagnostics,
    vault,
    extra,
    new Map(),
    rolesPath(file),
  );
  if (playbook.plays.length === 0) throw new InvalidInput(vault.secrets.diagnostics(diagnostics.all));
  const scope = { lookup: (name: string) => extra.get(name), names: () => extra.keys() };
  const plays = playbook.plays.filter((play) => {
    const patterns = [play.hosts.evaluate(scope)].flat(2).map(String);
    return selectHosts(inventory, patterns, play.hosts.place, new Diagnostics()).includes(host.name);
  });
  if (plays.length === 0) throw new UsageError(`no play of ${shownPath(file)} is for ${host.name}`);
  return plays;
}

function levelsOf({ variable, host, extra }: Question, play: Play | undefined): readonly Level[] {
  const ofLayers = (layers: Iterable<VariableLayer>): readonly Level[] =>
    [...layers].flatMap(({ origin, variables }) => {
      const found = variables.get(variable);
      return found ? [{ origin, place: found.place, value: shownValue(found.node) }] : [];
    });
  const inventory = host.settings
    .filter(({ name }) => name === variable)
    .map(({ origin, place, value }) => ({ origin, place, value: shownValue(value) }));
  const entries = play ? [...entriesOf(play), ...handlersOf(play)] : [];
  const ofTasks = new Set(entries.flatMap(({ layers }) => layers)); // those of roles, blocks and tasks
  return [
    ...(play ? ofLayers(play.layers.roleDefaults) : []),
    ...inventory,
    ...(play ? ofLayers(play.layers.vars) : []),
    ...ofLayers(ofTasks).map((level) => ({ ...level, inTasks: true as const })),
    ...(extra.has(variable) ? [{ origin: '--extra-vars', value: extra.get(variable) }] : []),
  ];
}

/** The value as written: an expression as its text. */
function shownValue(node: SourceNode): unknown {
  if (node.kind !== 'scalar' || node.sealed !== undefined) return writtenValue(node);
  return node.tag === '!cel' ? `!cel ${String(node.value)}` : writtenValue(node);
}

/** The last one that holds for the whole play; extra variables take precedence over what tasks set. */
function winnerOf(levels: readonly Level[]): Level | undefined {
  return levels.findLast(({ inTasks }) => !inTasks) ?? levels.at(-1);
}

function json({ variable, host }: Question, answers: readonly Answer[]): string {
  const shown = answers.map(({ play, levels }) => ({
    ...(play && { play: play.name }),
    levels: levels.map((level) => ({
      origin: level.origin,
      ...(level.place && { file: shownPath(level.place.file), line: level.place.line, column: level.place.column }),
      value: level.value,
      ...(level.inTasks && { inTasks: true }),
      wins: level === winnerOf(levels),
    })),
  }));
  const [first] = shown;
  return JSON.stringify(
    { variable, host: host.name, ...(first && 'play' in first ? { plays: shown } : first) },
    null,
    2,
  );
}

function human({ variable, host }: Question, answers: readonly Answer[]): string {
  const lines = [`${variable} of ${host.name}`];
  for (const { play, levels } of answers) {
    const rows = levels.map((level) => [
      valueText(level.value),
      `${level.origin}${level.inTasks ? ' (in some tasks)' : ''}`,
      level.place ? formatPlace({ ...level.place, file: shownPath(level.place.file) }) : '',
    ]);
    const width = (column: number): number => Math.max(...rows.map((row) => row[column]!.length));
    if (play) lines.push('', `play: ${play.name}`);
    if (rows.length === 0) lines.push('  not set');
    for (const [i, row] of rows.entries()) {
      const mark = levels[i] === winnerOf(levels) ? '→' : ' ';
      lines.push(`${mark} ${row[0]!.padEnd(width(0))}  ${row[1]!.padEnd(width(1))}  ${row[2]!}`.trimEnd());
    }
  }
  return lines.join('\n');
}

function valueText(value: unknown): string {
  const text = lineOf(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
