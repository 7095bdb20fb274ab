/** A JSON schema (draft-07), or a part of one. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A description: editors show the Markdown, other programs the plain text. */
export function described(text: string | undefined): Json {
  if (text === undefined || text === '') return {};
  return { description: text.replaceAll('`', ''), ...(text.includes('`') && { markdownDescription: text }) };
}

export function reference(definition: string): Json {
  return { $ref: `#/definitions/${definition}` };
}
