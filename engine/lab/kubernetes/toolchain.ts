import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../run.ts';
import { buildFolders } from './folders.ts';
import type { Run } from './run.ts';

/** The Go that everything is compiled with, as a Go module: any Go fetches it, and its checksum is checked here. */
export const GO = '1.26.8';
const SUMS: Readonly<Record<string, string>> = {
  amd64: 'h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM=',
  arm64: 'h1:sYL/O6MqS68ML0kjsQ36WoYIpJqkw60TxizWUYUKQMc=',
};

export interface Go {
  readonly program: string;
  /** What every call of it needs, and nothing of what this machine's user has configured for programs of their own. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The user's own way to modules and out to the network, which a build follows too. */
const FOLLOWED = ['GOPROXY', 'GONOPROXY', 'GOPRIVATE', 'GONOSUMDB', 'GOSUMDB', 'GOINSECURE', 'GOAUTH'];
const NETWORK = /^(https?_proxy|no_proxy|all_proxy|ssl_cert_(file|dir)|netrc|home)$/i;

/** Whether this Go compiles what is pinned: a later minor version may refuse it. */
export function fits(version: string): boolean {
  const [ours, theirs] = [GO, version].map((text) => text.split('.').map(Number));
  return theirs?.[0] === ours?.[0] && theirs?.[1] === ours?.[1] && (theirs?.[2] ?? 0) >= (ours?.[2] ?? 0);
}

/** This machine's Go where it fits, or the pinned one, fetched by whichever Go there is (Debian's, if there is none). */
export async function ensureGo(run: Run, cache: string, cpu: string, log: (line: string) => void): Promise<Go> {
  const folders = buildFolders(cache);
  await Promise.all([folders.modules, folders.compiled, folders.work].map((f) => mkdir(f, { recursive: true })));
  const pinned = join(folders.modules, `golang.org/toolchain@v0.0.1-go${GO}.linux-${cpu}`, 'bin/go');
  const own = findGo();
  if (own && fits(await versionOf(run, own)))
    return { program: own, environment: await environmentOf(run, own, cache, cpu) };
  if (existsSync(pinned)) return { program: pinned, environment: await environmentOf(run, pinned, cache, cpu) };
  const fetcher = own ?? (await installGo(run, log));
  await fetchToolchain(run, fetcher, await environmentOf(run, fetcher, cache, cpu), cpu);
  return { program: pinned, environment: await environmentOf(run, pinned, cache, cpu) };
}

function findGo(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/go/bin', '/usr/bin'];
  return folders.map((folder) => join(folder || '.', 'go')).find((file) => file.startsWith('/') && existsSync(file));
}

async function versionOf(run: Run, go: string): Promise<string> {
  const text = await run([go, 'version'], { environment: { GOTOOLCHAIN: 'local' } }).catch(() => '');
  return /go(\d+\.\d+(\.\d+)?)/.exec(text)?.[1] ?? '0';
}

async function installGo(run: Run, log: (line: string) => void): Promise<string> {
  log('installing golang-go, which fetches the Go that Kubernetes is compiled with …');
  const apt = ['apt-get', '-qq', '-y', '-o', 'DPkg::Lock::Timeout=600', '--no-install-recommends'];
  await run([...apt, 'update']);
  await run([...apt, 'install', 'golang-go']);
  return '/usr/bin/go';
}

async function environmentOf(run: Run, go: string, cache: string, cpu: string): Promise<Record<string, string>> {
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && (NETWORK.test(name) || FOLLOWED.includes(name)) ? [[name, value] as const] : [],
  );
  const asked = await run([go, 'env', '-json', ...FOLLOWED], {
    environment: { ...Object.fromEntries(kept), GOTOOLCHAIN: 'local' },
  });
  const { modules, compiled, temporary } = buildFolders(cache);
  const followed = Object.entries(JSON.parse(asked) as Record<string, string>).filter(([, value]) => value !== '');
  return {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(followed),
    GOENV: 'off',
    GOFLAGS: '-mod=readonly -modcacherw',
    GOTOOLCHAIN: 'local',
    GOWORK: 'off',
    GO111MODULE: 'on',
    GOMODCACHE: modules,
    GOCACHE: compiled,
    GOTMPDIR: temporary, // /tmp may be small, and what a killed build leaves there stays
    GOOS: 'linux',
    GOARCH: cpu,
    CGO_ENABLED: '0',
  };
}

async function fetchToolchain(
  run: Run,
  go: string,
  environment: Readonly<Record<string, string>>,
  cpu: string,
): Promise<void> {
  const expected = SUMS[cpu];
  if (!expected) throw new LabError(`the lab makes Kubernetes on amd64 and arm64, but this machine is ${cpu}`);
  const name = `golang.org/toolchain@v0.0.1-go${GO}.linux-${cpu}`;
  // Its checksum is known here: the checksum database need not be reachable.
  const text = await run([go, 'mod', 'download', '-json', name], {
    folder: '/',
    environment: { ...environment, GOSUMDB: 'off', GOFLAGS: '-modcacherw' },
  });
  const { Dir: folder = '', Sum: sum } = JSON.parse(text) as { Dir?: string; Sum?: string };
  if (sum !== expected)
    throw new LabError(
      `the Go that was fetched has the checksum ${sum} in place of ${expected}\nnext: look at what GOPROXY names (go env GOPROXY)`,
    );
  // Older Go unpacks every file without its execute bit.
  for (const place of ['bin', `pkg/tool/linux_${cpu}`])
    for (const file of await readdir(join(folder, place)).catch(() => []))
      await chmod(join(folder, place, file), 0o755);
}
