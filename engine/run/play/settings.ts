import { type Template, TemplateError } from '../../expressions/types.ts';
import { PlayScope } from '../../playbook/play-scope.ts';
import type { Play } from '../../playbook/types.ts';
import type { Diagnostics } from '../../source/diagnostic.ts';
import { scalarText } from '../../source/written-number.ts';

/** The settings of a play as a whole, with their expressions evaluated. */
export interface PlaySettings {
  readonly serial: readonly (number | `${number}%`)[];
  readonly maxFailPercentage: number | undefined;
  readonly gatherFacts: boolean;
}

/** Extra vars and the play's own variables can be used. Throws TemplateError, which checkPlaySettings reports before the run. */
export function playSettings(play: Play, extra: ReadonlyMap<string, unknown>): PlaySettings {
  const scope = new PlayScope(extra, [...play.layers.roleDefaults, ...play.layers.vars]);
  const read = <T>(template: Template, parse: (value: unknown) => T | undefined, expected: string): T => {
    const value = template.evaluate(scope);
    const found = parse(value);
    if (found === undefined)
      throw new TemplateError(
        `this must be ${expected}, but it is ${JSON.stringify(value) ?? 'nothing'}`,
        template.place,
      );
    return found;
  };
  const { serial, maxFailPercentage, gatherFacts } = play;
  return {
    serial: serial.flatMap((template) =>
      read(template, readBatches, "a number of hosts or a percentage such as '25%'"),
    ),
    maxFailPercentage: maxFailPercentage && read(maxFailPercentage, readPercentage, 'a percentage'),
    gatherFacts: gatherFacts ? read(gatherFacts, readTruth, 'true or false') : false,
  };
}

/** Reports what cannot be evaluated, before any host is touched. */
export function checkPlaySettings(
  plays: readonly Play[],
  extra: ReadonlyMap<string, unknown>,
  diagnostics: Diagnostics,
): void {
  for (const play of plays)
    try {
      playSettings(play, extra);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      diagnostics.error(
        'play-term',
        error.place,
        error.message,
        'settings of a whole play can use only extra vars (-e) and the vars of the play',
      );
    }
}

/** An expression may evaluate to a list of batches. 0: all hosts at once. */
function readBatches(value: unknown): PlaySettings['serial'] | undefined {
  const sizes = (Array.isArray(value) ? value : [value]).map((size: unknown) => {
    const text = scalarText(size)?.trim() ?? '';
    if (/^\d+$/.test(text)) return Number(text);
    return /^([1-9]\d?|100)%$/.test(text) ? (text as `${number}%`) : undefined;
  });
  return sizes.includes(undefined) ? undefined : (sizes as PlaySettings['serial']);
}

function readPercentage(value: unknown): number | undefined {
  const text = scalarText(value)?.trim() ?? '';
  const number = Number(text.replace(/%$/, ''));
  return text !== '' && number >= 0 && number <= 100 ? number : undefined;
}

/** Extra vars given as key=value are text. */
function readTruth(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

/** Divides the hosts of a play into the batches that `serial` asks for; the last size is repeated until all are included. */
export function batchesOf<T>(serial: PlaySettings['serial'], hosts: readonly T[]): readonly (readonly T[])[] {
  if (serial.length === 0) return [hosts];
  const batches: (readonly T[])[] = [];
  for (let from = 0; from < hosts.length; ) {
    const size = sizeOf(serial[Math.min(batches.length, serial.length - 1)]!, hosts.length);
    batches.push(hosts.slice(from, from + size));
    from += size;
  }
  return batches;
}

/** A percentage is rounded down, but never to nothing; 0 means all. */
function sizeOf(size: number | `${number}%`, total: number): number {
  const count = typeof size === 'number' ? size : Math.max(1, Math.floor((total * Number.parseFloat(size)) / 100));
  return count > 0 ? count : total;
}
