import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { buildDemo } from './demo.ts';
import { labPaths } from './paths.ts';
import { run } from './run.ts';
import { debianSources } from './sources.ts';
import { step } from './step.ts';
import { pruneSiblings } from './storage.ts';
import type { LabOptions } from './types.ts';

/** Everything that a host can install: for a cluster, for a load balancer, and small packages for the modules' tests. */
const PACKAGES = `
  containerd runc containernetworking-plugins conntrack ethtool iptables socat ipvsadm
  haproxy keepalived nginx-light chrony cron rsync logrotate
  curl gnupg jq openssl apt-transport-https debconf-utils locales tzdata acl attr zstd
  vim-tiny less tree hello sl cowsay figlet htop unzip xz-utils bzip2 netcat-openbsd
`
  .trim()
  .split(/\s+/);

/** A folder with a pool of .deb files and their index, for hosts made from this image. Made once. */
export async function ensurePackages(options: LabOptions, image: string): Promise<string> {
  const recipe = JSON.stringify([basename(image), PACKAGES, 1]);
  const digest = createHash('sha256').update(recipe).digest('hex').slice(0, 16);
  const folder = join(labPaths(options).debs, digest);
  if (existsSync(folder)) return folder;
  await step(options, 'packages for the hosts', () => fetchAll(options, image, folder));
  await pruneSiblings(folder);
  return folder;
}

async function fetchAll(options: LabOptions, image: string, folder: string): Promise<void> {
  const partial = `${folder}.partial`;
  const pool = join(partial, 'pool');
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(pool, 'partial'), { recursive: true });
  try {
    await download(options, image, pool, PACKAGES);
    await rm(join(pool, 'partial'), { recursive: true });
    await rm(join(pool, 'lock'), { force: true });
    await buildDemo(pool);
    await writeFile(join(partial, 'Packages'), await indexDebs(partial, 'pool'));
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Lets this machine's apt resolve and download what the image lacks, in separate folders: /var/lib/apt does not change. */
export async function download(
  options: LabOptions,
  image: string,
  pool: string,
  packages: readonly string[],
): Promise<void> {
  const { apt } = labPaths(options);
  await mkdir(join(apt, 'lists/partial'), { recursive: true });
  await writeFile(join(apt, 'sources.list'), `${(await debianSources()).join('\n')}\n`);
  const settings = {
    'Dir::Etc::sourcelist': join(apt, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::Etc::preferences': '-',
    'Dir::Etc::preferencesparts': '-',
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::State::status': join(image, 'var/lib/dpkg/status'),
    'Dir::State::extended_states': join(apt, 'extended_states'),
    'Dir::Cache::archives': pool,
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'APT::Sandbox::User': 'root',
    'Debug::NoLocking': '1',
  };
  const get = ['apt-get', '-qq', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
  const hint = 'check that `apt-get update` works on this machine';
  await run("read Debian's package lists", [...get, 'update'], { signal: options.signal, hint });
  const install = [...get, '-y', '--download-only', '--no-install-recommends', 'install', ...packages];
  await run("fetch the hosts' packages", install, { signal: options.signal, hint });
}

/** apt's index of the .deb files in a folder, with paths relative to `base`. */
export async function indexDebs(base: string, folder: string): Promise<string> {
  const some = (await readdir(join(base, folder))).some((name) => name.endsWith('.deb'));
  if (!some) return '';
  return (await run('index packages', ['apt-ftparchive', 'packages', folder], { cwd: base })).stdout;
}
