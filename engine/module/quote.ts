/** A text that no command can hold, as the value of a variable of its environment. */
export class UnquotableText extends Error {
  constructor(text: string) {
    super(`a command cannot hold a NUL character: ${JSON.stringify(text.slice(0, 60))}`);
  }
}

/** Quotes one word for a POSIX shell. The only quoting function of the project. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new UnquotableText(word);
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line for a POSIX shell from its words. */
export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

/** Tagged template for the text of a probe: every value put in is quoted; an array becomes several words. */
export function sh(text: TemplateStringsArray, ...values: readonly (string | number | readonly string[])[]): string {
  return text.reduce((script, part, i) => {
    const value = values[i - 1]!;
    const word = Array.isArray(value) ? quoteAll(value as readonly string[]) : quote(String(value));
    return script + word + part;
  });
}
