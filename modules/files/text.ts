import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readable } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { quote, sh } from '../../engine/module/quote.ts';
import { type PackageForecast, withPackages } from '../packages/upcoming.ts';
import { missingEndings } from './path-state.ts';

/** The regular file at a path (links are followed); `exists` is false where there is none, a folder for instance. */
export interface FileText {
  readonly exists: boolean;
  /** The whole text; of bytes that are not UTF-8 their base64; nothing when too large. */
  readonly content: string;
  readonly encoding: 'utf8' | 'base64' | 'too-large';
}

/** A larger file is not carried over as text. */
export const largestText = 4 * 1024 * 1024;

export const noFile: FileText = { exists: false, content: '', encoding: 'utf8' };

export function fileText(path: string): Probe<FileText> {
  return {
    key: `file:${path}`,
    script: ifFile(
      path,
      sh`size=$(wc -c <${path}) || exit 1; if [ "$size" -gt ${largestText} ]; then echo large; else echo file; base64 <${path}; fi`,
    ),
    parse(out) {
      const [kind, ...lines] = readable(path, out).stdout.split('\n');
      if (kind === 'large') return { exists: true, content: '', encoding: 'too-large' };
      return kind === 'file' ? fileTextOf(Buffer.from(lines.join(''), 'base64')) : noFile;
    },
    describe: describeText,
    appearsWith: withPackages<FileText>({
      absent: (file) => !file.exists,
      appearing: (forecast) => fromBytes(path, forecast, noFile, fileTextOf),
      files: [path],
    }),
  };
}

function describeText({ exists, content, encoding }: FileText): string {
  if (!exists) return 'no file';
  if (encoding === 'too-large') return 'a large file';
  return `a file of ${Buffer.byteLength(content, encoding)} bytes`;
}

/** What `fileText` reads from a file with these bytes. */
export function fileTextOf(content: Buffer): FileText {
  if (content.length > largestText) return { exists: true, content: '', encoding: 'too-large' };
  const encoding = isUtf8(content) ? 'utf8' : 'base64';
  return { exists: true, content: content.toString(encoding), encoding };
}

/** SHA-256 of the regular file at a path (links are followed), in hex; null where there is none. */
export function fileDigest(path: string): Probe<string | null> {
  return {
    key: `digest:${path}`,
    script: ifFile(path, sh`sha256sum <${path}`),
    parse: (out) => /^[0-9a-f]{64}/.exec(readable(path, out).stdout)?.[0] ?? null,
    describe: (digest) => (digest === null ? 'no file' : 'a file'),
    appearsWith: withPackages<string | null>({
      absent: (digest) => digest === null,
      appearing: (forecast) => fromBytes(path, forecast, null, digestOf),
      files: [path],
    }),
  };
}

export function digestOf(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function fromBytes<T>(path: string, forecast: PackageForecast, none: T, read: (content: Buffer) => T): T | undefined {
  const coming = forecast.path(path);
  if (coming === null || coming?.type === 'directory') return none;
  const content = forecast.text(path);
  return coming?.type === 'file' && content ? read(content) : undefined;
}

/** Runs `script` where a regular file is; says `none` where there is none; fails where that cannot be seen. */
function ifFile(path: string, script: string): string {
  const missing = missingEndings.map((ending) => `*${quote(ending)}`).join('|');
  return `${sh`if [ -f ${path} ]; then `}${script}; elif seen=$(${sh`LC_ALL=C stat -L -c %F ${path}`} 2>&1); then echo none; else case $seen in ${missing}) echo none ;; *) printf '%s\\n' "$seen" >&2; exit 1 ;; esac; fi`;
}
