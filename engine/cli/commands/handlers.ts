import { harmless } from '../../report/style.ts';
import { PendingFiles, type PendingList, pendingOfAll } from '../../run/play/pending-files.ts';
import { grouped } from '../../run/play/pending-handlers.ts';
import { stateFolder } from '../../source/folders.ts';
import { command } from '../command.ts';
import { forgetHandlersOption, inventoryOption } from '../options.ts';
import { UsageError } from '../problem.ts';

export interface HandlersOptions {
  readonly inventory?: readonly string[];
  readonly forgetHandlers?: boolean;
}

export const row = command({
  name: 'handlers',
  about: 'list the handlers that earlier runs have left pending',
  arguments: [['[playbook...]', 'only those of these playbooks on the inventory of -i']],
  options: { inventory: inventoryOption, forgetHandlers: forgetHandlersOption },
  action: handlersCommand,
});

/** `tsplay handlers`. Returns the exit code. */
export async function handlersCommand(playbooks: readonly string[], options: HandlersOptions): Promise<number> {
  const { inventory: inventories = [], forgetHandlers = false } = options;
  if (playbooks.length > 0 && inventories.length === 0)
    throw new UsageError('name both the playbook and its inventory (-i), or neither to list all that is pending');
  if (forgetHandlers && playbooks.length === 0)
    throw new UsageError(
      '--forget-handlers needs the playbook and its inventory: tsplay handlers site.yml -i hosts.yml --forget-handlers',
    );
  const root = stateFolder('journal');
  const lists =
    playbooks.length === 0 ? pendingOfAll(root) : [listOf(root, { playbooks, inventories }, forgetHandlers)];
  const texts = lists.filter(({ pending }) => pending.length > 0).map((list) => textOf(list, forgetHandlers));
  process.stdout.write(texts.length > 0 ? `${harmless(texts.join('\n\n'))}\n` : 'no handlers are pending\n');
  return 0;
}

function listOf(root: string, subject: Omit<PendingList, 'pending'>, forget: boolean): PendingList {
  const files = new PendingFiles(root, subject);
  const { pending } = forget ? files.take() : files.read();
  if (forget) files.write([]);
  return { ...subject, pending };
}

function textOf({ playbooks, inventories, pending, runBy }: PendingList, forgotten: boolean): string {
  const state = forgotten ? ' (forgotten)' : runBy === undefined ? '' : ` (of a run in progress, process ${runBy})`;
  const heading = `${playbooks.join(' ')} -i ${inventories.join(' -i ')}${state}`;
  const lines = grouped(pending).map(
    ({ play, handler, hosts }) => `  ${hosts.join(', ')}: ${handler} (play '${play}')`,
  );
  return [heading, ...lines].join('\n');
}
