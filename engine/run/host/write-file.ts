import { TaskFailure } from '../../module/failure.ts';
import type { FileAttributes, Writer } from '../../module/module.ts';
import { sh } from '../../module/quote.ts';
import { replaceFailure, replaceScript } from '../../module/replace-file.ts';
import { compressed } from './compress.ts';

const unpack = "command -v gzip >/dev/null || exit 89; store='gzip -dc'";

/**
 * Writes a whole file, from compressed content where that pays and the host has gzip. That it is complete is checked: a
 * lost connection looks like the end of the content.
 */
export async function writeFile(
  host: Pick<Writer, 'shell'>,
  path: string,
  content: Buffer | string,
  attributes: FileAttributes,
): Promise<{ backup?: string }> {
  const { validate } = attributes;
  if (validate !== undefined && !validate.includes('%s'))
    throw new TaskFailure(`validate must contain %s for the path of the new file: ${validate}`);
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const script = replaceScript(path, attributes, [
    '$store > $new || exit 92',
    sh`[ $(wc -c < $new) -eq ${bytes.length} ] || exit 97`,
  ]);
  const packed = await compressed(bytes);
  let output = packed && (await host.shell(`${unpack}\n${script}`, { stdin: packed }));
  if (!output || output.code === 89) output = await host.shell(`store=cat\n${script}`, { stdin: bytes });
  if (output.code !== 0) throw replaceFailure(path, output, validate);
  return output.stdout === '' ? {} : { backup: output.stdout };
}
