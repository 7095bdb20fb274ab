/** What is wrong in an expression, and where in its text; the one who knows the text's place in a file makes it an error. */
export class Problem extends Error {
  readonly offset: number;
  readonly hint: string | undefined;

  constructor(message: string, offset: number, hint?: string) {
    super(message);
    this.offset = offset;
    this.hint = hint;
  }
}
