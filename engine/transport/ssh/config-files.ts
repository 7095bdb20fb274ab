import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readOnce } from '../../source/read-once.ts';
import { expandHome } from './arguments.ts';
import { keywordOf, keywords } from './keywords.ts';

/** Whether a configuration file, or one that it includes, has a line that changes anything here; in doubt it has. */
export function hasEffect(file: string, depth = 0): boolean {
  if (!existsSync(file) || !statSync(file).isFile()) return false;
  let text: string;
  try {
    text = readOnce(file).toString('utf8');
  } catch {
    return true; // ssh says what is wrong with it
  }
  return text.split('\n').some((line) => {
    const [, name, value = ''] = /^\s*"?([A-Za-z0-9]+)"?\s*[=\s]?\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || /^\s*#/.test(line)) return false;
    const key = keywordOf(name);
    if (key === 'host') return false;
    if (key === 'include')
      return depth > 4 || includes(value, file).some((one) => one === undefined || hasEffect(one, depth + 1));
    // Distributions set it for everybody; it counts where the user asks for it, in a file of their own.
    if (key === 'gssapiauthentication' && file.startsWith('/etc/')) return false;
    return keywords[key]?.as !== 'nothing' && !(key === 'sendenv' && /^((LANG|LANGUAGE|LC_\S+)\s*)+$/.test(value));
  });
}

/** The files that an Include names; undefined for what only ssh can resolve. */
function includes(value: string, from: string): readonly (string | undefined)[] {
  return value
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((pattern) => {
      const path = /^[~/]/.test(pattern) ? expandHome(pattern) : join(dirname(from), pattern);
      const folder = dirname(path);
      if (/[*?[\]"$%]/.test(folder) || /[?[\]"$%]/.test(basename(path))) return [undefined];
      if (!path.includes('*')) return [path];
      if (!existsSync(folder)) return [];
      const [head = '', ...rest] = basename(path).split('*');
      const tail = rest.at(-1)!;
      return rest.length > 1
        ? [undefined]
        : readdirSync(folder)
            .filter((name) => name.startsWith(head) && name.endsWith(tail))
            .map((name) => join(folder, name));
    });
}
