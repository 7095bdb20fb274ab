import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyModule, Writer } from '../../../engine/module/module.ts';
import type { Event } from '../../../engine/run/events/event.ts';
import { prepareAndExecute } from '../../../engine/run/run.ts';
import { modules } from '../../../modules/index.ts';
import type { Moment, Order, Report, Word } from './messages.ts';

/**
 * A controller in a process of its own, which can be killed. It runs a playbook, and waits for the prover's leave when a
 * step begins, and before, during and after each change.
 */
const tell = (report: Report): void => void process.send!(report);

let answered: (() => void)[] = [];
const { now } = Date;
process.on('message', (message: Order | Word) => {
  if (message === 'go') answered.shift()?.();
  else if (message === 'a year ahead') Date.now = () => now() + 365 * 86_400_000;
  else if (message === 'right') Date.now = now;
  else void execute(message);
});
process.on('disconnect', () => process.exit(1));

let step = '';
let hosts: readonly string[] = [];
const seen = new Map<string, number>();
let gate: Promise<void> = Promise.resolve();

const arrive = (moment: Moment): Promise<void> =>
  new Promise((resolve) => {
    answered = [...answered, resolve];
    tell({ is: 'arrival', moment, step, hosts });
  });

/** Commands take a while: those of one step are disturbed sooner, those of another one later. */
const delays = [0, 3, 10, 30, 100];

function watched(module: AnyModule): AnyModule {
  return {
    ...module,
    check: async (args: unknown, host) => {
      await gate;
      return module.check(args, host);
    },
    ...(module.change && {
      change: async (args: unknown, found, host) => {
        await arrive('before');
        const changed = await module.change!(args, found, disturbed(host));
        await arrive('after');
        return changed;
      },
    }),
  };
}

/** The moment `during` is that of the first command which the change sends. */
function disturbed(host: Writer): Writer {
  let first = true;
  const meanwhile = async <T>(sent: Promise<T>): Promise<T> => {
    if (!first) return sent;
    first = false;
    sent.catch(() => {});
    await sleep(delays[seen.size % delays.length]);
    await arrive('during');
    return sent;
  };
  const watch = (on: Writer): Writer => ({
    read: (probe) => on.read(probe),
    on: (other) => watch(on.on(other)),
    readLocal: (path) => on.readLocal(path),
    secret: (text) => on.secret(text),
    ...(on.signal && { signal: on.signal }),
    run: (argv, options) => meanwhile(on.run(argv, options)),
    shell: (script, options) => meanwhile(on.shell(script, options)),
    write: (path, content, attributes) => meanwhile(on.write(path, content, attributes)),
    readNow: (probe) => on.readNow(probe),
    writeLocal: (path, content, mode) => on.writeLocal(path, content, mode),
    reconnect: (seconds) => on.reconnect(seconds),
  });
  return watch(host);
}

function follow(event: Event): void {
  if (event.event === 'result') tell({ is: 'result', step, result: event });
  if (event.event !== 'task-start') return;
  const name = `${event.role === undefined ? '' : `${event.role}: `}${event.task}`;
  const count = (seen.get(name) ?? 0) + 1;
  seen.set(name, count);
  step = count === 1 ? name : `${name} (${count})`;
  hosts = event.hosts;
  const arrived = arrive('start');
  gate = gate.then(() => arrived);
}

async function execute({ playbook, inventories, extra, journal }: Order): Promise<void> {
  const request = {
    playbooks: [playbook],
    inventories,
    extra: new Map(Object.entries(extra)),
    modules: new Map(modules.map((module) => [module.name, watched(module)])),
    journal,
    options: {
      check: false,
      forks: 50,
      forceHandlers: false,
      tags: [],
      skipTags: [],
      become: false,
      timeoutSeconds: 10,
    },
  };
  try {
    const exit = await prepareAndExecute(request, 'prove', follow, new AbortController().signal);
    await gate;
    tell({ is: 'end', exit });
  } catch (error) {
    tell({ is: 'end', exit: 70, thrown: (error as Error).stack ?? String(error) });
  }
}
