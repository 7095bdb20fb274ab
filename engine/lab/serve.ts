import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessRecord } from '../source/process.ts';
import { makeGroups } from './cgroup.ts';
import { GATEWAY, LAB_NAMESPACE } from './names.ts';
import { stopNameserver } from './nameserver.ts';
import { namespacePath } from './network.ts';
import { labPaths } from './paths.ts';
import { ended, kill, programArguments, startDetached } from './process.ts';
import { readJson, writeJson } from './record.ts';
import { LabError, run } from './run.ts';
import type { LabOptions } from './types.ts';

interface ServerRecord extends ProcessRecord {
  /** Of its program and settings. */
  readonly digest?: string;
}

/**
 * Starts the server unless it is running. The files that it serves may change at any time; a server of another version of
 * the lab, which may look for them in other places, is replaced.
 */
export async function ensureServer(options: LabOptions): Promise<void> {
  const paths = labPaths(options);
  const settings = { address: GATEWAY, repository: paths.repository, files: paths.files, registry: paths.registry };
  const program = programArguments('./server/main.ts', './lab-server.mjs');
  const digest = await digestOf(program.at(-1)!, settings);
  const running = await readJson<ServerRecord>(paths.server);
  if (isAlive(running)) {
    if (running?.digest === digest) return;
    kill(running);
    await ended(running, 5000);
  }
  await mkdir(paths.files, { recursive: true, mode: 0o755 });
  await rm(paths.serverLog, { force: true });
  const inside = ['nsenter', `--net=${namespacePath(LAB_NAMESPACE)}`];
  const argv = [...inside, ...program, JSON.stringify(settings)];
  const server = startDetached(argv, { log: paths.serverLog, groups: await makeGroups('lab') });
  await writeJson(paths.server, { ...server, digest });
  for (let tries = 0; !(await listens(inside)); tries++) {
    if (!isAlive(server) || tries > 200)
      throw new LabError(`the lab's server did not start:\n${await readFile(paths.serverLog, 'utf8')}`);
    await sleep(50, undefined, options.signal ? { signal: options.signal } : {});
  }
}

/** The built program names its parts by their content; the sources are all files of its folder. */
async function digestOf(file: string, settings: object): Promise<string> {
  const files = file.endsWith('.ts')
    ? (await readdir(dirname(file))).sort().map((name) => join(dirname(file), name))
    : [file];
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const one of files) hash.update(await readFile(one));
  return hash.digest('hex');
}

/** Asks inside the namespace: nothing is ever sent to the lab's addresses from outside. */
async function listens(inside: readonly string[]): Promise<boolean> {
  const argv = [...inside, 'ss', '--no-header', '--listening', '--tcp', '--numeric'];
  const { stdout } = await run("find the lab's server", argv);
  return stdout.includes(`${GATEWAY}:80 `) && stdout.includes(`${GATEWAY}:5000 `);
}

export async function stopServer(options: Pick<LabOptions, 'cache' | 'state'>): Promise<void> {
  const { server } = labPaths(options);
  await stopNameserver(options);
  kill(await readJson<ProcessRecord>(server));
  await rm(server, { force: true });
}
