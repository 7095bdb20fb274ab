import { TaskFailure } from './failure.ts';

const mebibyte = 1024 * 1024;

/** In memory JSON takes ten times as much and more. */
const largest = 16 * mebibyte;

/** Whoever walks through a value calls itself once a level. */
export const deepest = 200;

/** What text that came from elsewhere says, within bounds that no honest sender comes near to. Throws SyntaxError where it is not JSON. */
export function parseJson(text: string, most = largest): unknown {
  if (text.length > most) throw new TaskFailure(`the JSON is larger than ${most / mebibyte} MiB`);
  if (depthOf(text) > deepest) throw new TaskFailure(`the JSON is nested more than ${deepest} levels deep`);
  return JSON.parse(text);
}

/** The bound for what was parsed otherwise. */
export function checkDepth(value: unknown, what: string): void {
  let level = [value];
  const seen = new Set<unknown>(); // an alias of YAML is the same object again
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) throw new TaskFailure(`the ${what} is nested more than ${deepest} levels deep`);
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null || seen.has(one)) continue;
      seen.add(one);
      for (const each of Object.values(one)) next.push(each);
    }
    level = next;
  }
}

const [quote, backslash, bracket, brace, endBracket, endBrace] = Buffer.from('"\\[{]}');

function depthOf(text: string): number {
  let [depth, found, inside] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inside) {
      if (char === backslash) i++;
      else if (char === quote) inside = false;
    } else if (char === quote) inside = true;
    else if (char === bracket || char === brace) found = Math.max(found, ++depth);
    else if (char === endBracket || char === endBrace) depth--;
  }
  return found;
}
