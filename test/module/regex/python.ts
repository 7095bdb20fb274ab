import { execFileSync, spawnSync } from 'node:child_process';
import { TooLong } from '../../../engine/module/regex/machine.ts';
import { Regex } from '../../../engine/module/regex/regex.ts';
import { RegexError } from '../../../engine/module/regex/tree.ts';

export interface Trial {
  readonly pattern: string;
  readonly text: string;
  readonly replacement: string;
}

/** Each match: where it starts and ends, and its groups. Then the text with the replacement, or that Python refuses that. */
export interface Outcome {
  readonly refused?: string;
  readonly matches?: readonly (readonly [number, number, readonly (string | null)[]])[];
  readonly replaced?: string | null;
}

const script = `
import json, re, signal, sys, warnings
warnings.simplefilter('ignore')
def late(*_): raise TimeoutError()
signal.signal(signal.SIGALRM, late)
for line in sys.stdin:
    trial = json.loads(line)
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        try:
            compiled = re.compile(trial['pattern'])
        except (re.error, OverflowError, RecursionError) as problem:
            out = {'refused': str(problem)}
        else:
            out = {'matches': [[m.start(), m.end(), [m.group(), *m.groups()]] for m in compiled.finditer(trial['text'])]}
            try:
                out['replaced'] = compiled.sub(trial['replacement'], trial['text'])
            except (re.error, IndexError):
                out['replaced'] = None
    except TimeoutError:
        out = {}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    print(json.dumps(out))
`;

/** Python 3.11 or later, whose patterns are the same. */
export const hasPython =
  spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))'], { stdio: 'ignore' }).status === 0;

/** What Python says; nothing where it took too long. */
export function pythons(trials: readonly Trial[]): (Outcome | undefined)[] {
  const input = trials.map((trial) => `${JSON.stringify(trial)}\n`).join('');
  const output = execFileSync('python3', ['-c', script], { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  const outcomes = output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Outcome);
  return outcomes.map((outcome) => (Object.keys(outcome).length === 0 ? undefined : outcome));
}

/** What we say; nothing where it took too long. */
export function ours({ pattern, text, replacement }: Trial): Outcome | undefined {
  try {
    const regex = new Regex(pattern);
    const matches = [...regex.all(text)].map(({ start, end, groups }) => [start, end, groups] as const);
    return { matches, replaced: replaced(regex, text, replacement) };
  } catch (error) {
    if (error instanceof TooLong) return undefined;
    if (error instanceof RegexError) return { refused: error.message };
    throw error;
  }
}

function replaced(regex: Regex, text: string, replacement: string): string | null {
  try {
    return regex.replace(text, regex.replacement(replacement));
  } catch (error) {
    if (error instanceof RegexError) return null;
    throw error;
  }
}

/** Equal in all that they say; refused by us, whatever Python says; too long for one of them; or not the same. */
export type Verdict = 'equal' | 'refused' | 'too long' | 'differing';

export function verdict(python: Outcome | undefined, own: Outcome | undefined): Verdict {
  if (own?.refused !== undefined) return 'refused';
  if (!python || !own) return 'too long';
  return JSON.stringify(python) === JSON.stringify(own) ? 'equal' : 'differing';
}
