import { spawnSync } from 'node:child_process';
import { readFile, writeFile as writeLocalFile } from 'node:fs/promises';
import type { RunOptions, Writer } from '../../engine/module/module.ts';
import type { Output, Probe } from '../../engine/module/probe.ts';
import { quoteAll } from '../../engine/module/quote.ts';
import { writeFile } from '../../engine/run/host/write-file.ts';

/** This machine as a module sees a host: each probe and command run by /bin/sh, nothing kept, nothing foreseen. */
export function localHost(command: readonly string[] = ['/bin/sh', '-c']): Writer {
  const run = (script: string, options: RunOptions = {}): Output => {
    const [program, ...args] = command as [string, ...string[]];
    const ran = spawnSync(program, [...args, `(${script}\n)`], {
      input: Buffer.from(options.stdin ?? ''),
      maxBuffer: 1e8,
    });
    return { code: ran.status ?? 1, stdout: ran.stdout.toString(), stderr: ran.stderr.toString() };
  };
  const read = <T>(probe: Probe<T>): Promise<T> => new Promise((resolve) => resolve(probe.parse(run(probe.script))));
  const host: Writer = {
    read,
    readNow: read,
    on: () => host,
    readLocal: (path) => readFile(path).catch(() => null),
    secret: () => {},
    run: (argv, options) => Promise.resolve(run(quoteAll(argv), options)),
    shell: (script, options) => Promise.resolve(run(script, options)),
    write: (path, content, attributes) => writeFile(host, path, content, attributes),
    writeLocal: (path, content, mode) => writeLocalFile(path, content, { mode }),
    reconnect: () => Promise.resolve(),
  };
  return host;
}
