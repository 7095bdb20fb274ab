import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import { labOptions } from '../../engine/cli/commands/lab.ts';
import { hostExec, labRemove } from '../../engine/lab/control.ts';
import { upperDigest } from '../../engine/lab/digest.ts';
import { publicKey } from '../../engine/lab/keys.ts';
import { labReset, labUp } from '../../engine/lab/lab.ts';
import { labPaths } from '../../engine/lab/paths.ts';
import { run as exec } from '../../engine/lab/run.ts';
import type { LabOptions } from '../../engine/lab/types.ts';
import type { AnyModule } from '../../engine/module/module.ts';
import type { Event, Result } from '../../engine/run/events/event.ts';
import { type Expected, misfailed, mispredicted, repeated } from './modules/compare.ts';

const INVENTORY = fileURLToPath(new URL('./scratch.yml', import.meta.url));
const FOLDER = fileURLToPath(new URL('./modules/', import.meta.url));
const HOST = 'scratch-1';
/** These need a cluster: see cluster.lab.ts. */
const OF_CLUSTERS = [
  'kubeadm',
  'kubeadm_preflight',
  'kubernetes_preflight',
  'kubernetes_connections',
  'kubernetes_health',
  'kubernetes_manifest',
  'kubernetes_wait',
];
/** These affect the run, not a host: see test/conformance (async_status too, whose jobs are commands). */
const OF_RUNS = ['add_host', 'async_status', 'group_by', 'include_vars'];

const cases = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.expect.yml'))
  .map((file) => {
    const expected: Expected = parse(readFileSync(join(FOLDER, file), 'utf8'));
    return { name: basename(file, '.expect.yml'), expected };
  });

/** Every module, by the real engine on a real host: predicted, applied, and idempotent, as the host itself confirms. */
describe('the modules on a real host', function () {
  this.timeout(120_000);
  let options: LabOptions;
  let engine: typeof import('../../engine/run/run.ts');
  let modules: readonly AnyModule[];
  /** Folders on this machine: for fetched files, and for what the lab serves as http://10.20.1.1/files/modules/. */
  let here: string;
  let www: string;
  const folders: string[] = [];
  const used = new Set<string>();

  const digest = () => upperDigest(options, HOST);
  const tsplay = async (name: string, check: boolean): Promise<{ exit: number; results: readonly Result[] }> => {
    const results: Result[] = [];
    const tell = (event: Event): void => void (event.event === 'result' && results.push(event));
    const request = {
      playbooks: [join(FOLDER, `${name}.yml`)],
      inventories: [INVENTORY],
      extra: new Map(
        Object.entries({ here, operator_password: readFileSync(labPaths(options).password, 'utf8').trim() }),
      ),
      modules: new Map(modules.map((module) => [module.name, module])),
      options: { check, forks: 10, forceHandlers: false, tags: [], skipTags: [], become: false, timeoutSeconds: 10 },
    };
    const exit = await engine.prepareAndExecute(request, 'test', tell, AbortSignal.timeout(60_000));
    return { exit, results };
  };

  before(async () => {
    // Mocha loads this file with require, but parts of the engine only with import: import all of it, so that it is loaded once.
    engine = await import('../../engine/run/run.ts');
    ({ modules } = await import('../../modules/index.ts'));
    options = {
      ...(await labOptions([INVENTORY], new AbortController().signal)),
      log: (line) => line.startsWith('waiting') && console.log(`    ${line}`),
    };
    await labUp(options);
    here = mkdtempSync(join(tmpdir(), 'tsplay-modules-'));
    www = join(labPaths(options).files, 'modules');
    folders.push(here, www);
    cpSync(join(FOLDER, 'files'), www, { recursive: true });
    for (const folder of folders) writeFileSync(join(folder, 'key.asc'), await publicKey(options, 'debian'));
  });

  after(async () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    await labRemove(
      options,
      options.hosts.map(({ name }) => name),
    );
  });

  for (const { name, expected } of cases)
    describe(name, () => {
      let checked: readonly Result[] = [];

      before(async () => {
        await labReset(options, [HOST]);
        if (expected.given === undefined) return;
        const { code, stdout, stderr } = await hostExec(options, HOST, ['sh', '-e'], expected.given);
        expect(code, stdout + stderr).to.equal(0);
      });

      it('writes nothing in check mode', async () => {
        const untouched = await digest();
        const { exit, results } = await tsplay(name, true);
        checked = results;
        expect({ exit, changes: changes(untouched, await digest()) }).to.deep.equal({ exit: 0, changes: [] });
      });

      it('does what was predicted', async () => {
        const { exit, results } = await tsplay(name, false);
        for (const result of results) if (result.status !== 'skipped') used.add(result.module);
        expect([...misfailed(results, expected.fails), ...mispredicted(checked, results, expected)]).to.deep.equal([]);
        expect(exit).to.equal(0);
      });

      it('leaves the host in the expected state', async () => {
        const seen: Record<string, string> = {};
        for (const command of Object.keys(expected.host)) {
          const { stdout, stderr } = await hostExec(options, HOST, ['sh', '-c', command]);
          seen[command] = (stdout + stderr).trim();
        }
        for (const command of Object.keys(expected.here ?? {}))
          seen[command] = (await exec('look here', ['sh', '-c', command], { cwd: here })).stdout.trim();
        expect(seen).to.deep.equal({ ...expected.host, ...expected.here });
      });

      it('does nothing the second time', async () => {
        const done = await digest();
        const { exit, results } = await tsplay(name, false);
        expect([...misfailed(results, expected.fails), ...repeated(results, expected)]).to.deep.equal([]);
        expect({ exit, changes: changes(done, await digest()) }).to.deep.equal({ exit: 0, changes: [] });
      });

      it('uses the modules that it names', () => {
        expect(expected.modules.filter((module) => !used.has(module))).to.deep.equal([]);
      });
    });

  it('leaves no module out', () => {
    const proven = new Set([...cases.flatMap(({ expected }) => expected.modules), ...OF_CLUSTERS, ...OF_RUNS]);
    expect(modules.map(({ name }) => name).filter((name) => !proven.has(name))).to.deep.equal([]);
  });
});

function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  return paths.map((path) => `${path}: ${before.get(path) ?? 'not there'} → ${after.get(path) ?? 'gone'}`);
}
