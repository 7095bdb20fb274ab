import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LabError } from '../run.ts';
import { type CacheOptions, cached } from './cached.ts';
import type { Component } from './components.ts';
import { digestOf } from './digest.ts';
import { buildFolders, goSources } from './folders.ts';
import { withLock } from './lock.ts';
import { startProgress } from './progress.ts';
import { availableMemory, collectorSettings } from './room.ts';
import type { Run } from './run.ts';
import { ensureGo, GO, type Go } from './toolchain.ts';

const FILES = ['go.mod', 'go.sum'];

/** The name of the folder of a component's programs: another go.sum, flag or Go is another folder. */
export async function componentName(component: Component, cpu: string): Promise<string> {
  const { seconds: _, ...recipe } = component;
  const sources = [...FILES.map((file) => join(component.folder, file)), ...(component.main ? [component.main] : [])];
  const texts = await Promise.all(sources.map((file) => readFile(join(goSources(), file), 'utf8').catch(() => '')));
  const module = component.module && { ...component.module, without: String(component.module.without) };
  const digest = digestOf(JSON.stringify([{ ...recipe, module }, texts, GO, cpu, 1])).hex.slice(0, 12);
  return `${component.name}-${component.version}-${digest}`;
}

export interface CompileOptions extends CacheOptions {
  readonly cache: string;
  readonly cpu: string;
  readonly run: Run;
  readonly title: string;
}

/** Compiles those of the components that the cache does not have. Killed at any moment, it goes on from Go's cache. */
export async function compileAll(components: readonly Component[], options: CompileOptions): Promise<void> {
  const { components: folder, times } = buildFolders(options.cache);
  const named = await Promise.all(
    components.map(async (one) => [one, join(folder, await componentName(one, options.cpu))] as const),
  );
  const missing = named.filter(([, target]) => !existsSync(target));
  if (missing.length === 0) return;
  const { go, temporary } = buildFolders(options.cache);
  const onWait = () => options.log('another run is compiling: waiting for it');
  await mkdir(go, { recursive: true });
  await withLock(join(go, 'lock'), onWait, options.signal, async () => {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    await compileMissing(missing, times, options);
  });
}

async function compileMissing(
  missing: readonly (readonly [Component, string])[],
  times: string,
  options: CompileOptions,
): Promise<void> {
  const go = await ensureGo(options.run, options.cache, options.cpu, options.log);
  options.log(`${options.title}: fetching Go modules …`);
  const portions = [];
  for (const [component] of missing) portions.push(await count(component, go, options));
  const progress = await startProgress(options.title, portions, times, options.log);
  try {
    for (const [component, target] of missing) {
      const start = performance.now();
      await cached(target, options, (partial) =>
        compile(component, go, partial, options, () => progress.compiled(component.name)),
      );
      await progress.finished(component.name, performance.now() - start);
    }
  } finally {
    progress.end();
  }
}

/** Lays out the component's module, fetches what it needs, and counts its packages. */
async function count(component: Component, go: Go, { run, cache }: CompileOptions) {
  const folder = await layOut(component, go, run, cache);
  const argv = [go.program, 'list', '-deps', '-f', '{{.ImportPath}} {{.Stale}}', ...flags(component)];
  const lines = (await run(argv, { folder, environment: go.environment })).trim().split('\n');
  const missing = lines.filter((line) => line.endsWith(' true')).length;
  return { name: component.name, all: lines.length, missing, seconds: component.seconds };
}

const workFolder = (component: Component, cache: string): string =>
  join(buildFolders(cache).work, `${component.name}-${component.version}`);

async function layOut(component: Component, go: Go, run: Run, cache: string): Promise<string> {
  const folder = workFolder(component, cache);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  if (component.module) await copyModule(component.module, component.version, go, run, folder);
  for (const file of FILES) {
    const source = join(goSources(), component.folder, file);
    if (existsSync(source)) await copyFile(source, join(folder, file));
  }
  if (component.main) await copyFile(join(goSources(), component.main), join(folder, basename(component.main)));
  return folder;
}

async function copyModule(
  { path, sum, without }: NonNullable<Component['module']>,
  version: string,
  go: Go,
  run: Run,
  folder: string,
): Promise<void> {
  // Its checksum is compared here: the checksum database need not be reachable.
  const environment = { ...go.environment, GOSUMDB: 'off' };
  const text = await run([go.program, 'mod', 'download', '-json', `${path}@v${version}`], { folder: '/', environment });
  const { Dir: source = '', Sum: found } = JSON.parse(text) as { Dir?: string; Sum?: string };
  if (found !== sum) throw new LabError(`${path} ${version} has the checksum ${found} in place of ${sum}`);
  await cp(source, folder, { recursive: true });
  const main = join(folder, 'main.go');
  const lines = (await readFile(main, 'utf8')).split('\n');
  await chmod(main, 0o644);
  await writeFile(main, lines.filter((line) => !without.test(line)).join('\n'));
}

const packages = ({ programs }: Pick<Component, 'programs'>): string[] => Object.values(programs);

function flags({ tags = [], stamps = {}, ...component }: Component): string[] {
  const linker = ['-s', '-w', ...Object.entries(stamps).map(([name, value]) => `-X ${name}=${value}`)].join(' ');
  return [
    '-trimpath',
    '-buildvcs=false',
    ...(tags.length > 0 ? ['-tags', tags.join(',')] : []),
    '-ldflags',
    linker,
    ...packages(component),
  ];
}

async function compile(
  component: Component,
  go: Go,
  partial: string,
  { run, cache }: CompileOptions,
  onPackage: () => void,
): Promise<void> {
  const environment = { ...go.environment, ...collectorSettings(await availableMemory()) };
  const out = `${partial}/`;
  const folder = workFolder(component, cache);
  const onLine = (line: string): void => {
    if (/^[\w.~/-]+$/.test(line)) onPackage();
  };
  await run([go.program, 'build', '-v', '-o', out, ...flags(component)], { folder, environment, onLine });
  for (const [name, path] of Object.entries(component.programs)) {
    const made = await programName(path, folder);
    if (made !== name) await rename(join(partial, made), join(partial, name));
  }
  for (const [name, source] of Object.entries(component.files ?? {}))
    await copyFile(join(folder, source), join(partial, name));
  await rm(folder, { recursive: true });
}

/** The name that Go gives to a package's program: the last part of its path, or the one before a `/v3`. */
async function programName(path: string, folder: string): Promise<string> {
  const own = path.startsWith('.');
  const module = own ? /^module (\S+)/m.exec(await readFile(join(folder, 'go.mod'), 'utf8'))?.[1] : '';
  const parts = join(own ? (module ?? '') : '', path).split('/');
  const last = parts.at(-1) ?? '';
  return /^v\d+$/.test(last) ? (parts.at(-2) ?? '') : last;
}
