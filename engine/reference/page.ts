import { harmless } from '../source/harmless.ts';

/** A reference page, independent of its rendering. Texts may contain `code`. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'terms'; readonly rows: readonly Term[] };

/** A name and its meaning. */
export interface Term {
  readonly name: string;
  /** Short: type, default, allowed values. */
  readonly notes?: string;
  readonly meaning: string;
  /** It has its own heading. */
  readonly linked?: true;
}

export const heading = (level: 1 | 2 | 3, text: string): Block => ({ kind: 'heading', level, text });
export const text = (words: string): Block => ({ kind: 'text', text: words });
export const code = (source: string): Block => ({ kind: 'code', text: source.trimEnd() });
export const terms = (rows: readonly Term[]): Block => ({ kind: 'terms', rows });

/** A project's own modules have texts of others. */
export function harmlessBlock(block: Block): Block {
  if (block.kind !== 'terms') return { ...block, text: harmless(block.text) };
  return {
    ...block,
    rows: block.rows.map((row) => ({
      ...row,
      name: harmless(row.name),
      meaning: harmless(row.meaning),
      ...(row.notes !== undefined && { notes: harmless(row.notes) }),
    })),
  };
}
