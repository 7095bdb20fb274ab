import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { root } from '../cli/command.ts';

/** What a reader of the tour does: writes a file, or types commands and sees what they print (as far as it is shown). */
export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'commands'; readonly script: string; readonly shown?: string };

/** The path of a file stands in a comment on its first line. */
const pathLine = /^(?:#|\/\/|\{\{!--) (\S+)/;

/** The blocks of the README's tour, in order. A block without a language is what the commands before it print. */
export function tourSteps(): readonly Step[] {
  const [, tour] = /^## A tour in ten minutes\n(.*?)^## /ms.exec(readFileSync(`${root}README.md`, 'utf8')) ?? [];
  const steps: Step[] = [];
  for (const [, language, text = ''] of (tour ?? '').matchAll(/^```(\w*)\n(.*?)^```$/gms)) {
    const before = steps.at(-1);
    const path = pathLine.exec(text)?.[1];
    if (language === 'sh') steps.push({ kind: 'commands', script: text });
    else if (language !== '' && path !== undefined) steps.push({ kind: 'file', path, text });
    else if (language === '' && before?.kind === 'commands') steps.splice(-1, 1, { ...before, shown: text });
    else throw new Error(`a block of the README's tour is neither commands, nor a file, nor what is printed:\n${text}`);
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
