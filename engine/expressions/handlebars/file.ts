import type { Diagnostics } from '../../source/diagnostic.ts';
import type { Reference, Scope } from '../types.ts';
import { locatedFile } from './located.ts';
import { compileText } from './text.ts';

export interface FileTemplate {
  readonly references: readonly Reference[];
  /** Throws TemplateError or UnknownValue. */
  render(scope: Scope): string;
}

/** Compiles a template file (Handlebars). A line that holds nothing but a block's tag leaves no line behind. */
export function compileFile(path: string, text: string, diagnostics: Diagnostics): FileTemplate {
  return compileText(locatedFile(path, text), diagnostics);
}
