import { type BecomeMethod, Unreachable } from '../types.ts';
import { doas } from './doas.ts';
import { su } from './su.ts';
import { sudo } from './sudo.ts';

/** Every become method; the first is the default. */
const methods: readonly BecomeMethod[] = [sudo, doas, su];

export const becomeMethods: readonly string[] = methods.map(({ name }) => name);

/** Throws Unreachable where there is no such method. */
export function methodNamed(name: string): BecomeMethod {
  const method = methods.find((one) => one.name === name);
  if (method) return method;
  throw new Unreachable(
    `'${name}' is not a become method`,
    `ansible_become_method (become_method) is ${becomeMethods.slice(0, -1).join(', ')} or ${becomeMethods.at(-1)}`,
  );
}
