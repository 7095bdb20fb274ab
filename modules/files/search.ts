import { readable } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { bounded, compile } from './pattern.ts';
import { fileText, largestText } from './text.ts';

/** Whether a pattern matches in a file; false where there is none. Of a large file, such as a log, its end is searched. */
export async function fileMatches(
  read: <T>(probe: Probe<T>) => Promise<T>,
  path: string,
  name: string,
  source: string,
): Promise<boolean> {
  const pattern = compile(name, source, true);
  const file = await read(fileText(path));
  const text =
    file.encoding === 'too-large'
      ? await read(endOfFile(path))
      : file.encoding === 'base64'
        ? Buffer.from(file.content, 'base64').toString()
        : file.content;
  return file.exists && bounded(path, source, () => pattern.test(text));
}

function endOfFile(path: string): Probe<string> {
  return {
    key: `end:${path}`,
    script: sh`tail -c ${largestText} <${path} | base64`,
    parse: (out) => Buffer.from(readable(path, out).stdout, 'base64').toString(),
  };
}
