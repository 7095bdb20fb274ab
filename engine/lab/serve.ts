import { mkdir, readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessRecord } from '../source/process.ts';
import { makeGroups } from './cgroup.ts';
import { GATEWAY, LAB_NAMESPACE } from './names.ts';
import { stopNameserver } from './nameserver.ts';
import { namespacePath } from './network.ts';
import { labPaths } from './paths.ts';
import { kill, programArguments, startDetached } from './process.ts';
import { readJson, writeJson } from './record.ts';
import { LabError, run } from './run.ts';
import type { LabOptions } from './types.ts';

/** Starts the server unless it is running. The files that it serves may change at any time. */
export async function ensureServer(options: LabOptions): Promise<void> {
  const paths = labPaths(options);
  if (isAlive(await readJson<ProcessRecord>(paths.server))) return;
  await mkdir(paths.files, { recursive: true, mode: 0o755 });
  await rm(paths.serverLog, { force: true });
  const settings = { address: GATEWAY, repository: paths.repository, files: paths.files, registry: paths.registry };
  const inside = ['nsenter', `--net=${namespacePath(LAB_NAMESPACE)}`];
  const argv = [...inside, ...programArguments('./server/main.ts', './lab-server.mjs'), JSON.stringify(settings)];
  const server = startDetached(argv, { log: paths.serverLog, groups: await makeGroups('lab') });
  await writeJson(paths.server, server);
  for (let tries = 0; !(await listens(inside)); tries++) {
    if (!isAlive(server) || tries > 200)
      throw new LabError(`the lab's server did not start:\n${await readFile(paths.serverLog, 'utf8')}`);
    await sleep(50, undefined, options.signal ? { signal: options.signal } : {});
  }
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
