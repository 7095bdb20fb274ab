import { normaliseMode } from './mode.ts';

/** The formats of arguments that are judged as text. */
export const formats = {
  mode: (text: string): boolean => typeof normaliseMode(text) === 'string',
  path: (text: string): boolean => text.startsWith('/'),
  secret: true,
} as const;
