/**
 * Words that every output has: masked, they would make it unreadable, and say where they were. An encrypted file of variables
 * has them beside its passwords (`user: root`, `enabled: "true"`), and as passwords they are the first that anybody tries.
 */
const common = new Set(
  'true false yes off none null root admin user username pass passwd password localhost default present absent'.split(
    ' ',
  ),
);

export function isCommon(secret: string): boolean {
  return common.has(secret.toLowerCase());
}

/** A short word or number, such as a port, is part of longer ones that have nothing to do with it. */
export function isPlainWord(text: string): boolean {
  return text.length < 6 && /^(\p{L}+|\p{N}+)$/u.test(text);
}

/** Whether what is there is no part of a longer word or number. */
export function standsAlone(text: string, from: number, to: number): boolean {
  return (
    !/[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, from - 2), from)) && !/^[\p{L}\p{N}]/u.test(text.slice(to, to + 2))
  );
}
