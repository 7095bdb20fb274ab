/** Without the ends of lines behind it, as Ansible shows output. Not by an expression: that takes a time quadratic in the newlines inside. */
export function withoutFinalNewlines(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  return text.slice(0, end);
}

/** From here on, lines are made when somebody looks at them: many short ones take many times the memory of their text. */
const large = 1024 * 1024;

const lineEnd = /\r\n|[\n\r]/g;

export function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  return text.length < large ? text.split(lineEnd) : splitLater(text);
}

function splitLater(text: string): readonly string[] {
  const lines: string[] = [];
  let whole: string | undefined = text;
  const filled = (): string[] => {
    if (whole === undefined) return lines;
    const from = whole;
    whole = undefined;
    let at = 0;
    for (const { 0: end, index } of from.matchAll(lineEnd)) {
      lines.push(from.slice(at, index));
      at = index + end.length;
    }
    lines.push(from.slice(at));
    return lines;
  };
  return new Proxy(lines, {
    get: (_, key) => Reflect.get(filled(), key) as unknown,
    has: (_, key) => Reflect.has(filled(), key),
    ownKeys: () => Reflect.ownKeys(filled()),
    getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(filled(), key),
    getPrototypeOf: () => Array.prototype,
  });
}
