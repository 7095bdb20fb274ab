/**
 * Handlebars' own parser with its whitespace control, and nothing else of Handlebars: the package's main module loads a
 * compiler that is not used and costs 55 ms more at start-up. Declares only the parts of the tree that are read.
 */
declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  export interface Position {
    /** From 1. */
    readonly line: number;
    /** From 0. */
    readonly column: number;
  }
  interface Located<T extends string> {
    readonly type: T;
    readonly loc: { readonly start: Position; readonly end: Position };
  }
  export interface Program extends Located<'Program'> {
    readonly body: readonly Statement[];
    readonly blockParams?: readonly string[];
  }
  export interface Path extends Located<'PathExpression'> {
    /** `@name`. */
    readonly data: boolean;
    /** The number of leading `../`. */
    readonly depth: number;
    readonly parts: readonly string[];
    readonly original: string;
  }
  export type Literal =
    | (Located<'StringLiteral'> & { readonly value: string })
    | (Located<'NumberLiteral'> & { readonly value: number })
    | (Located<'BooleanLiteral'> & { readonly value: boolean })
    | (Located<'NullLiteral'> & { readonly value: null })
    | (Located<'UndefinedLiteral'> & { readonly value: undefined });
  interface Call {
    readonly params: readonly Expression[];
    readonly hash?: { readonly pairs: readonly (Located<'HashPair'> & { readonly key: string })[] };
  }
  export type SubExpression = Located<'SubExpression'> & Call & { readonly path: Path };
  export type Expression = Path | Literal | SubExpression;
  export type Mustache = Located<'MustacheStatement'> & Call & { readonly path: Path | Literal };
  export type Block = Located<'BlockStatement'> &
    Call & { readonly path: Path; readonly program?: Program; readonly inverse?: Program };
  export type Statement =
    | Mustache
    | Block
    | (Located<'ContentStatement'> & { readonly value: string })
    | Located<'CommentStatement'>
    | Located<'PartialStatement'>
    | Located<'PartialBlockStatement'>
    | Located<'Decorator'>
    | Located<'DecoratorBlock'>;
  export function parse(text: string): Program;
}
