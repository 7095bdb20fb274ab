import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

/** Files that a user might write, and the expected report of their problems. */
export interface Case {
  readonly title: string;
  /** site.yml */
  readonly playbook?: string;
  /** hosts.yml; default: the hosts a and b in `web`, c in `db`. `none`: without an inventory. */
  readonly inventory?: string;
  /** Beside them. */
  readonly files?: Readonly<Record<string, string>>;
  /** The same with the bytes in base64. */
  readonly bytes?: Readonly<Record<string, string>>;
  readonly folders?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
  /** These are executable. */
  readonly programs?: readonly string[];
  /** Default: site.yml. */
  readonly run?: readonly string[];
  /** Default: hosts.yml. */
  readonly inventories?: readonly string[];
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly skip?: readonly string[];
  /** The name of a task. */
  readonly start?: string;
  /** Of the vault. */
  readonly password?: string;
  readonly report: string;
}

const keys = new Set(
  'title playbook inventory files bytes folders links programs run inventories extra limit tags skip start password report'.split(
    ' ',
  ),
);

const someHosts = 'web: { hosts: { a: {}, b: {} } }\ndb: { hosts: { c: {} } }\n';

/** The cases of one file: YAML documents, each text kept as it is written. */
export function casesOf(file: string): readonly (Case & { readonly text: string })[] {
  return readFileSync(file, 'utf8')
    .split(/^---\n/m)
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const found = parse(text) as Case;
      for (const key of Object.keys(found)) if (!keys.has(key)) throw new Error(`${file}: a case has no '${key}'`);
      return { ...found, text };
    });
}

/** Creates the files of a case in a temporary folder, runs `look` with it as working directory, and removes it. */
export async function withFiles<T>(one: Case, look: () => Promise<T>): Promise<T> {
  const above = realpathSync(mkdtempSync(join(tmpdir(), 'tsplay-wrong-')));
  const folder = join(above, 'here');
  const before = process.cwd();
  const put = (name: string, content: string | Buffer): void => {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    const mode = one.programs?.includes(name) ? 0o755 : 0o644;
    writeFileSync(join(folder, name), content, { mode });
  };
  try {
    mkdirSync(folder);
    if (one.playbook !== undefined) put('site.yml', one.playbook);
    put('hosts.yml', one.inventory ?? someHosts);
    for (const [name, text] of Object.entries(one.files ?? {})) put(name, text);
    for (const [name, text] of Object.entries(one.bytes ?? {})) put(name, Buffer.from(text, 'base64'));
    for (const name of one.folders ?? []) mkdirSync(join(folder, name), { recursive: true });
    for (const [name, target] of Object.entries(one.links ?? {})) {
      mkdirSync(join(folder, dirname(name)), { recursive: true });
      symlinkSync(target, join(folder, name));
    }
    process.chdir(folder);
    return await look();
  } finally {
    process.chdir(before);
    rmSync(above, { recursive: true, force: true });
  }
}
