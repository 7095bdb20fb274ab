import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder in which somebody uses tsplay as it is published. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'tsplay-package-'));

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), text.replaceAll('DIR', this.folder));
    }
  }

  run(program: string, ...args: readonly string[]): Ended {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: this.folder, env, encoding: 'utf8' });
    return { status, stdout, stderr };
  }

  tsplay(...args: readonly string[]): Ended {
    return this.run(process.execPath, join(this.folder, 'node_modules/tsplay/dist/tsplay.js'), ...args);
  }

  /** Puts a package that is installed here into the project. */
  link(name: string): void {
    const place = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), place);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

function succeed(what: string, { status, stdout, stderr }: Ended): string {
  if (status !== 0) throw new Error(`${what} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/**
 * Builds and packs tsplay, and unpacks it where npm would: without a network, so what it depends on is linked. Returns
 * the names of the files in the package.
 */
export function install(project: Project): readonly string[] {
  const stage = new Project();
  try {
    const described = readFileSync(join(root, 'package.json'), 'utf8');
    const { dependencies, files } = JSON.parse(described) as { dependencies: object; files: string[] };
    for (const name of ['package.json', 'README.md', 'LICENSE', ...files.filter((folder) => folder !== 'dist')])
      cpSync(join(root, name), join(stage.folder, name), { recursive: true });
    const tsx = createRequire(import.meta.url).resolve('tsx');
    succeed('the build', stage.run(process.execPath, '--import', tsx, join(root, 'engine/build/build.ts'), 'dist'));
    const packed = succeed('npm pack', stage.run('npm', 'pack', '--json', '--ignore-scripts', '--offline'));
    const [tarball] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
    const place = join(project.folder, 'node_modules/tsplay');
    mkdirSync(place, { recursive: true });
    const archive = join(stage.folder, tarball.filename);
    succeed('tar', stage.run('tar', '-xzf', archive, '--strip-components=1', '-C', place));
    for (const name of [...Object.keys(dependencies), '@types/node']) project.link(name);
    mkdirSync(join(project.folder, 'node_modules/.bin'));
    symlinkSync('../tsplay/dist/tsplay.js', join(project.folder, 'node_modules/.bin/tsplay'));
    return tarball.files.map(({ path }) => path);
  } finally {
    stage.remove();
  }
}
