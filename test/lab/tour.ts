import { expect } from 'chai';
import { blocksOf } from '../docs.ts';

/** What a reader of the tour does: writes a file, or types commands and sees what they print (as far as it is shown). */
export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'commands'; readonly script: string; readonly shown?: string };

/** The blocks of docs/getting-started.md, in order. A block without a language is what the commands before it print. */
export function tourSteps(): readonly Step[] {
  const steps: Step[] = [];
  for (const { language, path, text } of blocksOf('docs/getting-started.md')) {
    const before = steps.at(-1);
    if (language === 'sh') steps.push({ kind: 'commands', script: text });
    else if (language !== '' && path !== undefined) steps.push({ kind: 'file', path, text });
    else if (language === '' && before?.kind === 'commands') steps.splice(-1, 1, { ...before, shown: text });
    else throw new Error(`a block of docs/getting-started.md is neither commands, nor a file, nor output:\n${text}`);
  }
  return steps;
}

/** Holds what was printed against what is shown, where a line `…` stands for any lines. */
export function expectShown(shown: string, printed: string): void {
  const parts = shown.trimEnd().split(/^…(?:\n|$)/m);
  const actual = printed.trimEnd();
  let rest = actual;
  parts.forEach((part, i) => {
    const wanted = part.trimEnd();
    const last = i === parts.length - 1;
    const at = last && i > 0 ? rest.length - wanted.length : i === 0 ? 0 : rest.indexOf(wanted);
    const found = last && i === 0 ? rest === wanted : rest.startsWith(wanted, at);
    expect(found, `${wanted}\n\n— is not where it should be in —\n\n${actual}`).to.equal(true);
    rest = rest.slice(at + wanted.length);
  });
}
