import { isIPv6 } from 'node:net';
import { isHostName } from '../../module/line.ts';

type Expanded =
  | { readonly names: readonly string[]; readonly port?: number }
  | { readonly problem: string; readonly hint?: string };

const most = 100_000;
/** The order of letter ranges. */
const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Expands `db-[a:f].example`, `node[01:50:2]` or `web1:2222` to host names, in order. */
export function expandHostName(text: string): Expanded {
  const [, bracketed, name = text, port] =
    /^(?:\[([^\]]*:[^\]]*)\]|([^:\s]*(?:\[[^\]]*\][^:\s]*)*)):(\d+)$/.exec(text) ?? [];
  const host = bracketed !== undefined && isIPv6(bracketed) ? bracketed : name;
  if (host.includes(':') && isHostName(host))
    return { names: [host], ...(port !== undefined && { port: Number(port) }) };
  let names = [''];
  for (const part of host.split(/(\[[^\]]*\])/)) {
    const choices = part.startsWith('[') && part.endsWith(']') ? range(part) : [part];
    if (!Array.isArray(choices)) return choices;
    if (names.length * choices.length > most) return { problem: `'${text}' expands to more than ${most} hosts` };
    names = names.flatMap((begin) => choices.map((choice) => begin + choice));
  }
  if (!names.every(isHostName))
    return {
      problem: `'${text}' is not a host name`,
      hint: 'use letters, digits, dots, - and _; write ranges as [01:20] or [a:f]',
    };
  return { names, ...(port !== undefined && { port: Number(port) }) };
}

/** `[first:last]` or `[first:last:step]`, both ends included; leading zeros are kept. */
function range(text: string): string[] | { problem: string; hint: string } {
  const hint = 'write a range as [1:20], [01:20], [a:f] or [1:20:2]';
  const [, first = '', last = '', step = '1'] = /^\[(\d*|[A-Za-z]):(\d+|[A-Za-z])(?::(\d+))?\]$/.exec(text) ?? [];
  const wrong = (why: string): { problem: string; hint: string } => ({
    problem: `${text} is not a valid range: ${why}`,
    hint,
  });
  if (last === '' || Number(step) === 0) return wrong('expected first, last and an optional step');
  const letters = /[A-Za-z]/.test(last);
  if (letters !== alphabet.includes(first.slice(0, 1) || '0')) return wrong('it mixes letters and numbers');
  if (first.startsWith('0') && first.length > 1 && first.length !== last.length)
    return wrong('with leading zeros, both ends must have the same length');
  const [from, to] = letters ? [alphabet.indexOf(first), alphabet.indexOf(last)] : [Number(first), Number(last)];
  if (from > to) return wrong('it is reversed');
  if ((to - from) / Number(step) > most) return wrong(`more than ${most} hosts`);
  const items: string[] = [];
  for (let i = from; i <= to; i += Number(step))
    items.push(letters ? alphabet[i]! : String(i).padStart(first.length, '0'));
  return items;
}
